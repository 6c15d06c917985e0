/** Where this core's company is: its days and times are meant there. */
export const ZONE = 'Europe/Berlin';

const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE });

/** The date there at an instant (ms since 1970), as `YYYY-MM-DD`. */
export const dateOf = (at: number): string => calendar.format(at);
