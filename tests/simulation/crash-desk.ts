import { openException } from '../support/desk.ts';
import { addStaffMember } from '../support/staff.ts';
import type { Traveller } from './crash-customer.ts';
import type { Journey } from './crash-journeys.ts';
import { help, open } from './crash-steps.ts';
import { bringHome, reachChoices } from './crash-walk.ts';

const PAY = { action: 'pay-now' };

/** Somebody of the team that gets what no rule fits; their cookie goes with the traveller's own. */
async function callAgent(traveller: Traveller): Promise<void> {
	const agent = await addStaffMember(traveller.lane.fleet.parts, { teams: ['payment-desk'] });
	traveller.browser.cookies.set('__Host-staff', agent.secret);
}

/** What at the desk is committed on its own. */
export const DESK_JOURNEYS: Record<string, Journey> = {
	'a person asks': {
		points: /^(work-exception|answer-input|reveal-field):/,
		end: 'resolved',
		async go(traveller) {
			const id = await open(traveller);
			await bringHome(traveller, {
				...PAY,
				async onTheWay(_, visit) {
					await help(traveller, visit, 'person', { sure: 'on' });
					await callAgent(traveller);
					const exception = await openException(traveller.lane.fleet, id);
					const page = `/desk/cases/${id}`;
					await traveller.press(`${page}?/reveal`, { field: 'fact:name' });
					await traveller.press(`${page}?/ask`, { exception, fact: 'name', words: '' });
					await traveller.press(`/a/${visit}/question`, { name: 'A. N.' });
					traveller.at = '';
				}
			});
		}
	},
	'its time is over': {
		points: /^escalate-exception:/,
		end: 'with-person',
		async go(traveller) {
			const id = await open(traveller);
			const { fleet } = traveller.lane;
			await help(traveller, await reachChoices(traveller, PAY), 'person', { sure: 'on' });
			const exception = await openException(fleet, id);
			const row = () =>
				fleet.db.selectFrom('exceptions').select('escalated_at').where('id', '=', exception);
			await fleet.db
				.updateTable('exceptions')
				.set({ due_at: new Date(0) })
				.where('id', '=', exception)
				.execute();
			// The process sweeps by itself every ten seconds: nobody does it in its place.
			await traveller.until(
				async () => (await row().executeTakeFirstOrThrow()).escalated_at !== null,
				Infinity
			);
		}
	}
};
