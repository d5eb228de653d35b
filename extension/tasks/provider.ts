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
} from 'vscode';
import type { App } from '../app.ts';
import { EXPERIMENT_GLOB } from '../identity.ts';

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
  const taskOf = (definition: RunTask): Task => {
    const task = new Task(
      definition,
      TaskScope.Workspace,
      definition.experiment,
      TYPE,
      new CustomExecution(async () => {
        const { RunTerminal } = await import('./runTerminal.ts');
        return new RunTerminal(app(), definition.experiment, definition.overrides ?? []);
      }),
      '$distillery',
    );
    task.group = TaskGroup.Test;
    task.detail = l10n.t('Start this experiment and follow it; ending the task never stops the run');
    return task;
  };
  return tasks.registerTaskProvider(TYPE, {
    provideTasks: async () => {
      const files = await workspace.findFiles(EXPERIMENT_GLOB, '{**/node_modules/**,**/runs/**}', 100);
      return files.map((uri) => taskOf({ type: TYPE, experiment: workspace.asRelativePath(uri, false) }));
    },
    resolveTask: ({ definition }) => (isRunTask(definition) ? taskOf(definition) : undefined),
  });
}
