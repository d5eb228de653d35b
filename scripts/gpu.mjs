// npm run gpu: fetch the native library of @tensorflow/tfjs-node-gpu, which installs never do by themselves.
import { join } from 'node:path';
import { buildAll, install, must, root } from './prepare.mjs';

install();
buildAll();
must(process.execPath, [join(root, 'dist', 'sidecar', 'gpu.js')]);
