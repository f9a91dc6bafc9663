const settings = undefined;

export const limits = { largest: settings.largest };
