export const handler = {};
