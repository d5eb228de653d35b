/** `npm run gpu`: fetches native TensorFlow with CUDA, or says why it cannot. */
import { installedModules } from '../assets/modules.ts';
import { fetchNative, planNative } from './native.ts';

const modules = installedModules();
const plan = planNative(process, modules);
if (!plan.supported) {
  console.error(plan.reason);
  process.exit(1);
}
console.log(['This', ...plan.explanation.map((line) => `  ${line}`)].join('\n'));
const { ok, lines } = await fetchNative(plan, modules, process.env, (text) => process.stderr.write(text));
for (const line of lines) (ok ? console.log : console.error)(line);
process.exit(ok ? 0 : 1);
