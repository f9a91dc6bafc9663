import { limits } from './limits.js';

export const add = { add: (x, y) => Math.min(x + y, limits.largest) };
