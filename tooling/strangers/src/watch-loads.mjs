// `node --import` this: each module that is loaded is written to the file VITRINE_LOADS.
import { register } from 'node:module';

register(`data:text/javascript,${encodeURIComponent(`
import { appendFileSync } from 'node:fs';
export async function load(url, context, next) {
  appendFileSync(process.env.VITRINE_LOADS, url + '\\n');
  return next(url, context);
}`)}`);
