import type { RuleCode } from './findings.ts';

/** What a rule is about, for the documentation. */
export interface RuleText {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** Every rule in words; its severity stands in RULES. */
export const RULE_TEXTS: Readonly<Record<RuleCode, RuleText>> = {
  yamlSyntax: {
    what: 'The text is not YAML (or JSON, which is YAML too).',
    why: 'Nothing behind the mistake can be read for certain.',
    fix: 'Look at the place and just before it: a bracket or quote that is not closed, a tab as indentation, an alias without its anchor.',
  },
  duplicateKey: {
    what: 'A key stands twice in one map.',
    why: 'Only one of the two values can count, and readers would differ on which.',
    fix: 'Remove one of them.',
  },
  notAMap: {
    what: 'The file is empty, or holds a list or a single value.',
    why: 'An experiment is a map of settings.',
    fix: 'Begin with `dataset` (or `environment`), `models` and `method`.',
  },
  fileNotFound: {
    what: 'The experiment file cannot be read.',
    why: 'There is nothing to run.',
    fix: 'Check the path and its permissions.',
  },
  unknownKey: {
    what: 'A key is no setting at this place.',
    why: 'A misspelt key would otherwise be ignored in silence, and its default would be used.',
    fix: 'Take the nearest key that is suggested, move the key to the map that it belongs to, or remove it.',
  },
  renamedKey: {
    what: 'A key is known here under another name: `lr`, `batch_size`, `weight-decay`.',
    why: 'There is one name for each setting, so that two files can be compared.',
    fix: 'The quick fix gives the key its name here; value and comments stay.',
  },
  missingKey: {
    what: 'A setting that has no default is not given.',
    why: 'What is learnt from, by which network and by which method, must be said.',
    fix: 'Add it; the quick fix offers values.',
  },
  wrongType: {
    what: 'A value is of another kind than its setting takes: text for a number, a single value for a list.',
    why: 'It cannot be read as what was meant.',
    fix: 'The quick fix converts what can be converted: `"64"` to 64, `yes` to true, `10%` to 0.1, `20 epochs` to 20.',
  },
  unknownValue: {
    what: 'A value is none of those that its setting knows.',
    why: 'There is no default for a mistake.',
    fix: 'Take one of the listed values.',
  },
  outOfRange: {
    what: 'A number is larger or smaller than its setting allows, or a stage has no steps.',
    why: 'The algorithm is not defined there, or nothing would be learnt.',
    fix: 'Take a value within the range; the quick fix takes the nearest.',
  },
  invalid: {
    what: 'A value is of the right kind but not possible: a name with a space, a baseline that is both run and file.',
    why: 'It cannot mean anything.',
    fix: 'The message says what is expected.',
  },
  badOverride: {
    what: 'A `--set` on the command line names no setting or has no value.',
    why: 'It would change nothing.',
    fix: 'Write `--set path=value`, for example `--set training.epochs=5`.',
  },
  batchTooLarge: {
    what: 'A batch holds more samples than the training split.',
    why: 'Not one whole batch could be drawn.',
    fix: 'Lower `training.batchSize`, or hold out less.',
  },
  emptySplit: {
    what: 'The validation split leaves no training samples.',
    why: 'There is nothing to learn from.',
    fix: 'Give `training.validation` a share below 1, or a smaller count.',
  },
  dataMissing: {
    what: 'The data set is not installed here.',
    why: 'The run could not read a single sample.',
    fix: 'Download or add it; the quick fix starts that.',
  },
  dataUnusable: {
    what: 'The files that the data set names are not as they must be.',
    why: 'A file or folder is missing or not what it should be, or the data are others than the experiment was made for.',
    fix: 'Put right what the message names.',
  },
  wrongSource: {
    what: 'There are both `dataset` and `environment`, or the one that the method does not use.',
    why: 'A method either learns from samples or acts in an environment.',
    fix: 'Keep the one that the message names.',
  },
  environmentUnfit: {
    what: 'The method, as it is set up, cannot act in this environment.',
    why: 'A deterministic policy gradient needs actions that are numbers; a table needs states that can be counted.',
    fix: 'Choose another algorithm of the method, or another environment.',
  },
  unknownStage: {
    what: 'Under `stages` stands a name that the method has not.',
    why: 'Its settings would be used by nothing.',
    fix: 'Take a stage of the method.',
  },
  weightsUnknown: {
    what: 'Under `weights` stands a network that no stage of the method trains alone.',
    why: 'Its weights would be overwritten, or used by nothing.',
    fix: 'Take a network that the method trains first, such as `teacher`, or remove it.',
  },
  modelMissing: {
    what: 'The method reads a model that is not given, and there is no `default` either.',
    why: 'A network cannot be built without its backbone.',
    fix: 'Add it under `models`, or give a `default`.',
  },
  modelUnfit: {
    what: 'A model cannot read the samples of the data set.',
    why: 'A convolution needs images; pooling needs images large enough.',
    fix: 'Choose a model for samples of this shape.',
  },
  modelsIncompatible: {
    what: 'The models cannot be trained together by this method: blocks that are to be exchanged or compared have other shapes.',
    why: 'It would fail in the first step.',
    fix: 'Choose models of one family or width, or another setting of the method, as the message says.',
  },
  cropTooLarge: {
    what: 'A random crop can move the image wholly out of sight.',
    why: 'Such a view holds nothing but padding.',
    fix: 'Lower `views.crop.padding`.',
  },
  viewsNeedImages: {
    what: 'Samples that are no images are to be cropped or mirrored.',
    why: 'A vector of features has neither height nor width.',
    fix: 'Take the setting away, or choose an image data set.',
  },
  milestoneAfterEnd: {
    what: 'The learning rate is to drop after the stage has ended.',
    why: 'It never will; often the run was shortened and the schedule was not.',
    fix: 'Lower or remove the milestone, or lengthen the stage.',
  },
  warmupTooLong: {
    what: 'The learning rate is still rising when the stage ends.',
    why: 'It never reaches its base value, and the schedule behind it never begins.',
    fix: 'Warm up for a few per cent of the stage.',
  },
  learningRateLarge: {
    what: 'The learning rate is far above what is usual for the optimiser.',
    why: 'Training usually diverges there. Often a rate for SGD was kept when the optimiser became Adam.',
    fix: 'Divide it by ten or more. If it is meant, leave it: this is a doubt.',
  },
  oneSampleValidation: {
    what: '`training.validation` is 1, which is a count: one sample.',
    why: 'A selection on one sample is a coin toss; 100 % would leave nothing to train on.',
    fix: 'Give a share such as 0.1, or a count of at least some hundred.',
  },
  checkpointAfterEnd: {
    what: 'The first checkpoint would come after the run has ended.',
    why: 'Only the last one is written: a run that is killed begins anew, and there is no best one to go back to.',
    fix: 'Lower `checkpoints.every`.',
  },
  evaluatedOnce: {
    what: 'The interval between evaluations is as long as the stage.',
    why: 'It is evaluated once, at its end: no curve, and no choice of the best.',
    fix: 'Lower `evaluation.every`.',
  },
  teacherSmaller: {
    what: 'The teacher has fewer parameters than the student.',
    why: 'Distillation usually goes from the larger to the smaller network; often the two were exchanged.',
    fix: 'Exchange them, or choose a larger teacher.',
  },
  lambdaGoneBeforeOmega: {
    what: 'λ has faded before ω has risen.',
    why: 'Their product weighs the assembled teacher target, which then never counts: the decaying ensemble does nothing.',
    fix: 'Lower `decayRate`, shorten `rampEpochs`, or let the ramp apply to the peer ensemble alone.',
  },
  emaMemoryTooLong: {
    what: 'The teacher’s moving average remembers more steps than the stage has.',
    why: 'It still holds the initial weights when the run ends.',
    fix: 'Lower `ema.beta`, so that the memory 1/(1−β) is about a fifth of the stage.',
  },
  testSelection: {
    what: 'The best epoch is chosen on the test split.',
    why: 'The reported accuracy is then a maximum over epochs, hence optimistic.',
    fix: 'Select on the validation split, unless the released protocol is to be reproduced.',
  },
  noEffect: {
    what: 'A setting changes nothing, given the others.',
    why: 'A reader would take it for a choice that was made, and a sweep over it would compare equal runs.',
    fix: 'Remove it, or change what makes it idle; the message says what that is.',
  },
  memoryTooLarge: {
    what: 'A step is estimated to need more memory than the device has.',
    why: 'The run would end in its first step. The estimate counts weights, gradients, optimiser slots and activations.',
    fix: 'Lower `training.batchSize`, or choose a smaller model.',
  },
  unknownRun: {
    what: 'The baseline names a run that is not here.',
    why: 'There is nothing to compare with.',
    fix: 'Choose an existing run.',
  },
  unknownCheckpoint: {
    what: 'The baseline’s run has no such checkpoint.',
    why: 'There is nothing to compare with; old checkpoints are removed as `checkpoints.keepLast` says.',
    fix: 'Choose a step that exists, `best` or `last`.',
  },
};
