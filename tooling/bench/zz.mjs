import ort from 'onnxruntime-node';
import { readFileSync, unlinkSync } from 'node:fs';
import { GraphBuilder, shapeGraph, readShapes, finalSoftmax } from '@vitrine/core';
import { writeOnnx } from '@vitrine/format-onnx';
import { onnxNode } from '@vitrine/runtime-onnx-node';
import { differentiate, valuesBetween } from '/work/main/packages/autodiff/dist/index.js';
import * as nets from './dist/networks.js';
const threads = +(process.env.T ?? 1);
const which = process.argv[2]; const rounds = +(process.argv[3] ?? 9); const prof = process.argv[4];
const graph = nets[which]();
const x = new ort.Tensor('float32', Float32Array.from({length: 3*224*224}, () => Math.random()*2-1), [1,3,224,224]);
const rt = await onnxNode({threads}).create();
const of = finalSoftmax(graph, graph.outputs[0].name).logits;
const t0 = performance.now();
const sg = shapeGraph(graph, valuesBetween(graph, of, ['x']));
const p = await rt.compile(sg.graph);
const shapes = await readShapes(sg.outputs, await p.run({ x: {dtype:'float32', shape:[1,3,224,224], data:x.data} }));
const t1 = performance.now();
const b = new GraphBuilder(graph);
const seed = b.input('seed','float32',shapes.get(of));
const g = differentiate(b, { of, seed, wrt: ['x'], shapes }).get('x');
const t2 = performance.now();
const derived = b.build({ outputs: [g] });
const opts = { executionProviders: ['cpu'], intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: 'all' };
const fwd = await ort.InferenceSession.create(writeOnnx(new GraphBuilder(graph).build({outputs:[of]})).bytes, opts);
const bytes = writeOnnx(derived).bytes;
const t3 = performance.now();
const bwd = await ort.InferenceSession.create(bytes, { ...opts, ...(prof ? { enableProfiling: true, profileFilePrefix: '/tmp/ad/prof_'+which } : {}) });
console.log(which, 'observe', (t1-t0).toFixed(0), 'derive', (t2-t1).toFixed(0), 'compile', (performance.now()-t3).toFixed(0), 'MB', (bytes.length/1e6).toFixed(1));
const sd = new ort.Tensor('float32', Float32Array.from({length: 1000}, (_, i) => i===7?1:0), shapes.get(of));
const f = async () => { const t=performance.now(); await fwd.run({x}); return performance.now()-t; };
const h = async () => { const t=performance.now(); await bwd.run({x, seed: sd}); return performance.now()-t; };
await f(); await h(); await f(); await h();
const fs=[],hs=[],rs=[];
for (let i=0;i<rounds;i++){ const a=await f(), c=await h(); fs.push(a);hs.push(c);rs.push(c/a); }
const med = v => v.sort((a,b)=>a-b)[v.length>>1];
console.log('min ratio', (Math.min(...hs)/Math.min(...fs)).toFixed(2), 'median ratio', med(rs).toFixed(2), 'fwd min', Math.min(...fs).toFixed(1), 'grad min', Math.min(...hs).toFixed(1));
if (prof) { const file = bwd.endProfiling?.() ; const { readdirSync } = await import('node:fs');
 const ff = readdirSync('/tmp/ad').filter(n=>n.startsWith('prof_'+which)).sort().at(-1);
 await new Promise(r=>setTimeout(r,300));
 const ev = JSON.parse(readFileSync('/tmp/ad/'+ff,'utf8'));
 const by = new Map(); const nodes=new Map();
 for (const e of ev) if (e.cat==='Node' && e.name.endsWith('_kernel_time')) { const k=e.args.op_name; if(!by.has(k)) by.set(k,[]); by.get(k).push(e.dur); const nk=k+' '+e.name.replace('_kernel_time','')+' '+JSON.stringify(e.args.output_type_shape?.map(o=>Object.values(o)[0])); if(!nodes.has(nk)) nodes.set(nk,[]); nodes.get(nk).push(e.dur); }
 const runs = rounds+2;
 const sums=new Map(); for (const [k,v] of nodes){const o=k.split(' ')[0]; sums.set(o,(sums.get(o)??0)+Math.min(...v)/1000);}
console.log('sum of minima', [...sums.values()].reduce((a,c)=>a+c,0).toFixed(1)); console.log([...by].map(([k,v])=>[k, sums.get(k), v.length/runs]).sort((a,b)=>b[1]-a[1]).slice(0,14).map(r=>`${r[0].padEnd(20)} ${r[1].toFixed(2)} ms  x${r[2].toFixed(0)}`).join('\n'));
 console.log([...nodes].map(([k,v])=>[k, Math.min(...v)/1000]).sort((a,b)=>b[1]-a[1]).slice(0,22).map(r=>`${r[1].toFixed(2)}  ${r[0]}`).join('\n')); }
process.exit(0);
