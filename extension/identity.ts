import packageJson from '../package.json' with { type: 'json' };

/** What this extension says of itself, to the daemon and in reports. */
export const VERSION = packageJson.version;
export const IDENTITY = { name: 'extension', version: VERSION } as const;

/** Of experiment files: what is offered for them, is offered for no other file. */
export const EXPERIMENT_FILE = /\.distill\.(?:ya?ml|json)$/u;
export const EXPERIMENT_GLOB = '**/*.distill.{yaml,yml,json}';
