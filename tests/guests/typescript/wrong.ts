import { Bucket, Cursor, paint, walk } from 'shop:every/store';
import type { Color, Numbers, Outcomes, Shape } from 'shop:every/kinds';
import type * as Rules from 'shop:every/rules';
import { nothing } from 'shop:every/nothing'; // TS2307
import { missing } from 'shop:every/store'; // TS2305

new Bucket('a').get('k').length; // TS2532
new Bucket(); // TS2554
new Cursor(); // TS2673
new Bucket('a').set('k', [1]); // TS2345
walk(new Bucket('a'), 3); // TS2345
paint('green', { tag: 'empty' }); // TS2345
export const color: Color = 'darkBlue'; // TS2820
export const numbers: Pick<Numbers, 'large'> = { large: 1 }; // TS2322
export const misspelt = (value: Numbers) => value.signdLarge; // TS2551
export const shape: Shape = { tag: 'circle' }; // TS2322
export const outcome: Outcomes['one'] = { tag: 'ok', val: 'x' }; // TS2322
export const rules = { decide: () => 'red' as const } satisfies typeof Rules; // TS1360
