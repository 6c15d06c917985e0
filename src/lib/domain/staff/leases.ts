/** How long a claim stands without work on it; every act renews it. Pages that only look do not. */
export const CLAIM_MINUTES = 15;

/** An exception counts as breaching from so long before its time is over. */
export const BREACHING_MINUTES = 60;

/** How long a grant can be used: not for ever, because the facts it was given on move. */
export const GRANT_DAYS = { least: 1, usual: 7, most: 30 } as const;
