import { SENDS } from './limits.ts';

const { unverified, leastPercent } = SENDS.perPrefix;

/**
 * How many codes may have gone to one prefix in a window in which `verified` of them were typed
 * right: some in any case, and more for as long as the share stays. It is asked for every code
 * anew, so a crowd that has not typed its codes yet waits only until the first of them have.
 */
export const mostSends = (verified: number): number =>
	Math.max(unverified, Math.floor((verified * 100) / leastPercent) + 1);
