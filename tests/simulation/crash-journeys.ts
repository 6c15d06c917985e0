import type { Traveller } from './crash-customer.ts';
import { DESK_JOURNEYS } from './crash-desk.ts';
import { optOut, report, unsubscribe, writeBack } from './crash-providers.ts';
import { help, open, outdate, record, TRIGGER } from './crash-steps.ts';
import {
	awaitSeal,
	BROKEN,
	checkpointsOf,
	hasSwept,
	isKeptBack,
	loseJobs,
	poisoned,
	setBreaker,
	whileOff,
	whileRefused
} from './crash-troubles.ts';
import { bringHome, newestLink, reachChoices, type Wish } from './crash-walk.ts';

/** How a journey ends: booked once, or one of the ends at which nothing was executed. */
export type End = 'resolved' | 'with-person' | 'cancelled' | 'expired';

export interface Journey {
	/** The points that only this way leads to; `pay` is for all others. */
	points: RegExp;
	end: End;
	/** What is different about this customer's record. */
	like?: string;
	go(traveller: Traveller): Promise<void>;
}

const hasLink = (body: string) => body.includes('/l/');

const PAY: Wish = { action: 'pay-now' };
const ACTIONS = ['pay-now', 'pay-part', 'pay-later'] as const;

export const JOURNEYS: Record<string, Journey> = {
	pay: {
		points: /./,
		end: 'resolved',
		async go(traveller) {
			await open(traveller);
			await bringHome(traveller, { action: ACTIONS[traveller.number % ACTIONS.length]! });
		}
	},
	'answer lost': {
		points: /-lookup(-attempt)?$/,
		end: 'resolved',
		async go(traveller) {
			await open(traveller);
			const customer = traveller.id;
			const match = { method: 'POST', customer, path: `/customers/${customer}/promises`, times: 1 };
			await traveller.lane.fleet.core.faults([{ match, fault: 'applied-then-reset' }]);
			await bringHome(traveller, { action: 'pay-later' });
		}
	},
	'records were down': {
		points: /^(take-probe|tell-breaker):/,
		end: 'resolved',
		async go(traveller) {
			await open(traveller);
			const beforeConfirming = () => setBreaker(traveller, 'probe-due');
			await bringHome(traveller, { ...PAY, beforeConfirming });
		}
	},
	'records are just back': {
		points: /^(take|end)-turn:/,
		end: 'resolved',
		async go(traveller) {
			await open(traveller);
			const beforeConfirming = () => setBreaker(traveller, 'just-closed');
			await bringHome(traveller, { ...PAY, beforeConfirming });
		}
	},
	'jobs lost': {
		points: /^wake-/,
		end: 'resolved',
		async go(traveller) {
			await open(traveller);
			await loseJobs(traveller);
			// The process sweeps by itself every ten seconds: nobody does it in its place.
			await traveller.until(() => hasSwept(traveller), Infinity);
			await bringHome(traveller, PAY);
		}
	},
	sealed: {
		points: /^(seal-record|keep-outside):/,
		end: 'resolved',
		async go(traveller) {
			const before = await checkpointsOf(traveller);
			await open(traveller);
			// So many wait that the minute between two checkpoints is not waited for.
			await awaitSeal(traveller);
			const sealed = async () => (await checkpointsOf(traveller)) > before;
			await traveller.until(sealed, Infinity);
			await bringHome(traveller, PAY);
		}
	},
	'old facts': {
		points: /^refresh-facts:/,
		end: 'resolved',
		async go(traveller) {
			const id = await open(traveller);
			await bringHome(traveller, { ...PAY, beforeConfirming: () => outdate(traveller, id) });
		}
	},
	'person, language, stop, finish': {
		points: /^(ask-person|choose-language|stop-messages|end-visit):/,
		end: 'resolved',
		async go(traveller) {
			await open(traveller);
			await bringHome(traveller, {
				...PAY,
				async onTheWay(_, visit) {
					await traveller.press(`/a/${visit}/language`, { language: 'en', back: `/a/${visit}` });
					await traveller.press(`/a/${visit}/language`, { language: 'de', back: `/a/${visit}` });
					await help(traveller, visit, 'person', { sure: 'on' });
					await help(traveller, visit, 'stop', { sure: 'on' });
					await help(traveller, visit, 'finish', {});
				}
			});
		}
	},
	'not now': {
		points: /^(postpone|reach-out):/,
		end: 'resolved',
		async go(traveller) {
			await open(traveller);
			await bringHome(traveller, {
				...PAY,
				async onTheWay(_, visit) {
					const links = async () => (await traveller.inbox()).filter(hasLink).length;
					const before = await links();
					const later = await help(traveller, visit, 'later', { days: '1' });
					// The process died after it was kept, and the visit with it: the reminder comes anyway.
					if (later.location?.startsWith('/gone')) return;
					await traveller.lane.passTime(86_400 + 60);
					await traveller.until(async () => (await links()) > before);
					traveller.at = '';
				}
			});
		}
	},
	'message poisoned': {
		points: /^give-message-up:/,
		end: 'with-person',
		async go(traveller) {
			const { db } = traveller.lane.fleet;
			const id = await poisoned(traveller, () => open(traveller));
			await traveller.until(async () => {
				const row = db.selectFrom('cases').select('stage').where('id', '=', id);
				return (await row.executeTakeFirstOrThrow()).stage === 'with-person';
			});
		}
	},
	'provider reports': {
		points: /^(store-reports|report-delivery):/,
		end: 'resolved',
		async go(traveller) {
			await report(traveller, await open(traveller));
			await bringHome(traveller, PAY);
		}
	},
	'customer writes back': {
		points: /^(take-inbound|note-reply):/,
		end: 'resolved',
		async go(traveller) {
			await writeBack(traveller, await open(traveller));
			await bringHome(traveller, PAY);
		}
	},
	unsubscribed: {
		points: /^unsubscribe:/,
		end: 'resolved',
		async go(traveller) {
			await unsubscribe(traveller, await open(traveller));
			await bringHome(traveller, PAY);
		}
	},
	'opted out before': {
		points: /^drop-message:/,
		end: 'with-person',
		async go(traveller) {
			await optOut(traveller);
			const { db } = traveller.lane.fleet;
			const id = await open(traveller);
			await traveller.until(async () => {
				const row = db.selectFrom('cases').select('stage').where('id', '=', id);
				return (await row.executeTakeFirstOrThrow()).stage === 'with-person';
			});
		}
	},
	'not me': {
		points: /^report-not-me:/,
		end: 'with-person',
		async go(traveller) {
			await open(traveller);
			const visit = await reachChoices(traveller, PAY);
			await help(traveller, visit, 'not-me', { sure: 'on' });
		}
	},
	'nothing left to do': {
		points: /^make-offer:/,
		end: 'cancelled',
		like: 'C-1022',
		async go(traveller) {
			await open(traveller);
			await reachChoices(traveller, PAY);
		}
	},
	'rule broken': {
		points: /^report-rule-error:/,
		end: 'resolved',
		async go(traveller) {
			const { account, ...same } = await record(traveller);
			await traveller.lane.fleet.core.put({ ...same, account: { ...account, brokenPromises: 0 } });
			await open(traveller, { due_date: TRIGGER.due_date }, BROKEN);
			await bringHome(traveller, {
				...PAY,
				async onTheWay(_, visit) {
					const page = `/a/${visit}/do/pay-part`;
					await traveller.press(`${page}?/start`);
					await traveller.press(`${page}?/save`, { part: '10' });
					traveller.at = '';
				}
			});
		}
	},
	'sender refused': {
		points: /^reroute-code:/,
		end: 'with-person',
		async go(traveller) {
			const { db, core } = traveller.lane.fleet;
			await core.put({ ...(await record(traveller)), whatsapp: null });
			const id = await open(traveller);
			await traveller.press(await newestLink(traveller));
			await whileRefused(traveller, 'sms', () =>
				traveller.until(async () => {
					// The code that is on its way comes to the refusal first.
					const codes = db.selectFrom('messages').select('state').where('case_id', '=', id);
					const states = await codes.where('class', '=', 'code').execute();
					if (states.some(({ state }) => state === 'queued' || state === 'sending')) return false;
					const row = db.selectFrom('cases').select('stage').where('id', '=', id);
					if ((await row.executeTakeFirstOrThrow()).stage === 'with-person') return true;
					const path = traveller.at.split('?')[0]!;
					// The visit may be gone with the process: then the link begins another.
					if (/\/verify$/.test(path)) await traveller.press(`${path}?/send`, { channel: 'sms' });
					else await traveller.press(await newestLink(traveller));
					return false;
				})
			);
		}
	},
	'switched off': {
		points: /^report-switched-off:/,
		end: 'resolved',
		async go(traveller) {
			await open(traveller);
			await bringHome(traveller, {
				...PAY,
				async onTheWay(_, visit) {
					await whileOff(traveller, 'action:pay-part', () =>
						traveller.press(`/a/${visit}/do/pay-part?/start`)
					);
					traveller.at = '';
				}
			});
		}
	},
	'stricter proof': {
		points: /^check-facts:/,
		end: 'resolved',
		async go(traveller) {
			await open(traveller, {}, 'address-update');
			const { birthDate, address } = await record(traveller);
			const facts = { birth_date: birthDate, postcode: address.postcode };
			await bringHome(traveller, { action: 'confirm-address', facts });
		}
	},
	'facts missing': {
		points: /^complete-case:/,
		end: 'resolved',
		async go(traveller) {
			await open(traveller, { due_date: TRIGGER.due_date });
			await bringHome(traveller, PAY);
		}
	},
	'two triggers': {
		points: /^join-case:/,
		end: 'resolved',
		async go(traveller) {
			const first = await open(traveller);
			// It brings something new: one that does not changes nothing.
			const more = { ...TRIGGER, vulnerable: false };
			const second = await open(traveller, more, 'failed-payment', '-again');
			if (first !== second) throw new Error('Two triggers opened two cases.');
			await bringHome(traveller, PAY);
		}
	},
	'new link': {
		points: /^(renew-link|keep-back):/,
		end: 'resolved',
		async go(traveller) {
			const id = await open(traveller);
			const first = await newestLink(traveller);
			await traveller.call(`/api/v1/cases/${id}/links`, { send: true }, `renew-${traveller.id}`);
			// A second message within a day is kept back until the day is over.
			await traveller.until(() => isKeptBack(traveller, id), Infinity);
			await traveller.lane.passTime(86_400 + 60);
			await traveller.until(async () => (await newestLink(traveller)) !== first);
			await bringHome(traveller, PAY);
		}
	},
	cancelled: {
		points: /^cancel-case:/,
		end: 'cancelled',
		async go(traveller) {
			const id = await open(traveller);
			const path = `/api/v1/cases/${id}/cancel`;
			await traveller.call(path, { reason: 'paid-elsewhere' }, `cancel-${traveller.id}`);
		}
	},
	'too late': {
		points: /^expire-case:/,
		end: 'expired',
		async go(traveller) {
			const id = await open(traveller);
			const { db } = traveller.lane.fleet;
			await newestLink(traveller);
			await db
				.updateTable('cases')
				.set({ expires_at: new Date(0) })
				.where('id', '=', id)
				.execute();
			// The process sweeps by itself every ten seconds: nobody does it in its place.
			await traveller.until(async () => {
				const row = db.selectFrom('cases').select('stage').where('id', '=', id);
				return (await row.executeTakeFirstOrThrow()).stage === 'expired';
			}, Infinity);
		}
	},
	...DESK_JOURNEYS
};
