import { sum } from 'sums';

export const add = { add: (x, y) => sum(x, y) };
