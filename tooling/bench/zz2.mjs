import ort from 'onnxruntime-node';
import { GraphBuilder, attr, float32 } from '@vitrine/core';
import { writeOnnx } from '@vitrine/format-onnx';
const opts = { executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all' };
async function bench(name, make, shape=[1,64,111,111], reps=60) {
  const b = new GraphBuilder();
  const g = b.input('g','float32',shape), y = b.input('y','float32',shape);
  const out = make(b,g,y);
  const s = await ort.InferenceSession.create(writeOnnx(b.build({outputs:[out]})).bytes, opts);
  const n = shape.reduce((a,c)=>a*c,1);
  const G = new ort.Tensor('float32', Float32Array.from({length:n},()=>Math.random()*2-1), shape);
  const Y = new ort.Tensor('float32', Float32Array.from({length:n},()=>Math.min(6,Math.max(0,Math.random()*14-6))), shape);
  let best=1e9; for(let i=0;i<reps;i++){const t=performance.now(); const r=await s.run({g:G,y:Y}); best=Math.min(best,performance.now()-t); for(const k in r) r[k].dispose?.();}
  console.log(name.padEnd(40), best.toFixed(3));
  await s.release();
}

const z=b=>b.scalar(0);
await bench('add (base)', (b,g,y)=>b.add(g,y));
await bench('mul cast greater', (b,g,y)=>b.mul(g,b.cast(b.greater(y,z(b)),'float32')));
await bench('r6 and cast', (b,g,y)=>b.mul(g,b.cast(b.and(b.greater(y,z(b)),b.less(y,b.scalar(6))),'float32')));
await bench('r6 two muls', (b,g,y)=>b.mul(b.mul(g,b.cast(b.greater(y,z(b)),'float32')),b.cast(b.less(y,b.scalar(6)),'float32')));
await bench('r6 cast greater mulsub', (b,g,y)=>b.mul(g,b.cast(b.greater(b.mul(y,b.sub(b.scalar(6),y)),z(b)),'float32')));
await bench('r6 cast less abs', (b,g,y)=>b.mul(g,b.cast(b.less(b.abs(b.add(y,b.scalar(-3))),b.scalar(3)),'float32')));
await bench('r6 cast less square', (b,g,y)=>{const d=b.add(y,b.scalar(-3));return b.mul(g,b.cast(b.less(b.mul(d,d),b.scalar(9)),'float32'));});
await bench('r6 cast xor-ish equal', (b,g,y)=>b.mul(g,b.cast(b.equal(b.op('HardSigmoid',[y],{alpha:attr.float(1/6),beta:attr.float(0)}),y),'float32')));
for (const [c,m,s] of [[16,96,112],[24,144,56],[160,960,7],[64,512,13],[96,16,112]]) {
 const W = float32([c,m,1,1], Float32Array.from({length:m*c},()=>Math.random()-.5));
 const Wt = float32([m,c], Float32Array.from({length:m*c},()=>Math.random()-.5));
 await bench(`1x1 ${c}->${m} @${s} convT`, (b,g,y)=>b.op('ConvTranspose',[g,b.constant(W,'w')],{kernel_shape:attr.ints([1,1])}), [1,c,s,s]);
 await bench(`1x1 ${c}->${m} @${s} matmul`, (b,g,y)=>b.reshape(b.matMul(b.constant(Wt,'w'),b.reshape(g,[1,c,s*s])),[1,m,s,s]), [1,c,s,s]);
 await bench(`1x1 ${c}->${m} @${s} conv`, (b,g,y)=>b.op('Conv',[g,b.reshape(b.constant(Wt,'w'),[m,c,1,1])],{kernel_shape:attr.ints([1,1])}), [1,c,s,s]);
}
await bench(`maxpool idx`, (b,g,y)=>b.node('MaxPool',[y],{kernel_shape:attr.ints([3,3]),strides:attr.ints([2,2])},{outputs:['a','b']})[1]);
await bench(`maxpool`, (b,g,y)=>b.node('MaxPool',[y],{kernel_shape:attr.ints([3,3]),strides:attr.ints([2,2])},{outputs:['a']})[0]);
await bench(`maxpool rows idx`, (b,g,y)=>b.node('MaxPool',[y],{kernel_shape:attr.ints([1,3]),strides:attr.ints([1,2])},{outputs:['a','b']})[1]);
await bench(`maxpool rows`, (b,g,y)=>b.node('MaxPool',[y],{kernel_shape:attr.ints([1,3]),strides:attr.ints([1,2])},{outputs:['a']})[0]);
await bench(`slice rows`, (b,g,y)=>b.slice(y,[0],[111],[2],[2]));
await bench(`slice cols`, (b,g,y)=>b.slice(y,[0],[111],[3],[2]));
await bench(`maxpool 1x1/2`, (b,g,y)=>b.node('MaxPool',[y],{kernel_shape:attr.ints([1,1]),strides:attr.ints([2,2])},{outputs:['a']})[0]);
process.exit(0);
