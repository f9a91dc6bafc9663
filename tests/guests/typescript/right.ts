// Everything that the declarations of the world allow.

import { Bucket, paint, walk, delete as remove } from 'shop:every/store';
import type { Numbers, Shape, Outcomes, Absent, Permissions } from 'shop:every/kinds@1.2.0';
import type * as Rules from 'shop:every/rules';
import type * as World from 'shop:every/app';
import { write } from 'log';
import now from 'now';

const bucket = new Bucket('a');
bucket.set('k', new Uint8Array([1]));
const found: Uint8Array | undefined = Bucket.open('p').get('k');
write(String(found?.length ?? 0) + now());
for (let line = walk(bucket).next(); line !== undefined; line = walk(bucket, 3n).next()) write(line);
const [color, form] = paint('red', { tag: 'both', val: ['a', 1n] });
const more: Shape[] = [{ tag: 'empty' }, { tag: 'label' }, { tag: 'circle', val: 1 }, form];
const numbers: Numbers = { tiny: 1, small: 1, middle: 1, large: 1n, signedLarge: -1n, exact: 0.5, moreExact: 0.5 };
const absent: Absent = { two: { tag: 'some' }, pair: [1, undefined] };
const outcomes: Outcomes = { one: { tag: 'err', val: 'x' }, two: { tag: 'ok' }, three: { tag: 'err', val: color }, four: { tag: 'ok', val: new Uint8Array() } };
const permissions: Permissions = { canRead: true };
write(JSON.stringify([remove('x'), more, numbers.large, absent, outcomes, permissions]));

class Engine { constructor(readonly name: string) {} run(times: number) { return this.name.repeat(times); } static best() { return new Engine('b'); } }
export const rules = { Engine, decide: (colors) => colors[0] ?? 'red', start: () => new Engine('s') } satisfies typeof Rules;
export const greet = ((name) => `Hello, ${name}`) satisfies typeof World.greet;
