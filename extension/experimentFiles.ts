import { workspace, type Uri } from 'vscode';
import { EXPERIMENT_GLOB } from './identity.ts';

/** More than one would choose from. */
const MOST = 200;

/** The experiments that users write; copies in run directories and packages are left out. */
export const findExperimentFiles = (): Thenable<Uri[]> =>
  workspace.findFiles(EXPERIMENT_GLOB, '{**/node_modules/**,**/runs/**}', MOST);
