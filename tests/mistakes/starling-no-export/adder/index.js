export const adder = { add: (x, y) => x + y };
