import { resolve } from 'node:path';
import {
  CustomExecution,
  l10n,
  Task,
  TaskGroup,
  TaskScope,
  tasks,
  workspace,
  type Disposable,
  type TaskDefinition,
  type WorkspaceFolder,
} from 'vscode';
import type { App } from '../app.ts';
import { findExperimentFiles } from '../experimentFiles.ts';
import { workspaceRoot } from '../settings.ts';

const TYPE = 'distillery';

interface RunTask extends TaskDefinition {
  /** Relative to the workspace folder. */
  readonly experiment: string;
  /** `key=value`, as `--set` takes them. */
  readonly overrides?: readonly string[];
}

const isRunTask = (definition: TaskDefinition): definition is RunTask =>
  definition.type === TYPE && typeof definition['experiment'] === 'string';

/** Runs as tasks: a task submits and follows; ending it never stops the run. */
export function provideTasks(app: () => App): Disposable {
  const taskOf = (definition: RunTask, scope: WorkspaceFolder | TaskScope.Workspace): Task => {
    const task = new Task(
      definition,
      scope,
      definition.experiment,
      TYPE,
      new CustomExecution(async () => {
        const { RunTerminal } = await import('./runTerminal.ts');
        const folder = scope === TaskScope.Workspace ? workspaceRoot() : scope.uri;
        return new RunTerminal(
          app(),
          resolve(folder?.fsPath ?? '', definition.experiment),
          definition.overrides ?? [],
        );
      }),
      '$distillery',
    );
    task.group = TaskGroup.Test;
    task.detail = l10n.t('Start this experiment and follow it; ending the task never stops the run');
    return task;
  };
  return tasks.registerTaskProvider(TYPE, {
    provideTasks: async () => {
      const files = await findExperimentFiles();
      return files.map((uri) =>
        taskOf(
          { type: TYPE, experiment: workspace.asRelativePath(uri, false) },
          workspace.getWorkspaceFolder(uri) ?? TaskScope.Workspace,
        ),
      );
    },
    resolveTask: ({ definition, scope }) =>
      isRunTask(definition)
        ? taskOf(definition, typeof scope === 'object' ? scope : TaskScope.Workspace)
        : undefined,
  });
}
