import type { WayOut } from '../../contracts/pages.ts';
import type { CaseState } from '../../domain/case/state.ts';

/** Nothing is left to choose, and so nothing to be reminded of: it is under way, booked, or over. */
export const isOver = ({ submission, ended }: CaseState): boolean =>
	ended !== null || (submission !== null && submission.state !== 'rejected');

/** The ways out that lead nowhere any more: what is booked is the customer's own, and need not wait. */
export function closedWays(state: CaseState): WayOut[] {
	if (state.submission?.state === 'booked') return ['later', 'not-me'];
	return isOver(state) ? ['later'] : [];
}
