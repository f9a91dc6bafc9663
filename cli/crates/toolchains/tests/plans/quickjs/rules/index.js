export const rulesApi = {};
