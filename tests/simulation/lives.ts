import { cancelCase } from '../../src/lib/server/flows/cancel-case.ts';
import { chooseLanguage } from '../../src/lib/server/flows/choose-language.ts';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import { postpone } from '../../src/lib/server/flows/postpone.ts';
import { renewLink } from '../../src/lib/server/flows/renew-link.ts';
import { reportNotMe } from '../../src/lib/server/flows/report-not-me.ts';
import { stopMessages } from '../../src/lib/server/flows/stop-messages.ts';
import { type Acting, pause, press, type Step, VisitGone } from './acts.ts';
import { finish } from './finish.ts';
import { triggerLine } from './people.ts';
import { beginVisit, enter, guess } from './sign-in.ts';

/** How people are, and how many of a hundred are so. */
const WAYS = {
	straight: 32,
	'presses twice': 10,
	'has two tabs': 10,
	'goes back': 8,
	guesses: 6,
	'forwards the link': 6,
	abandons: 8,
	'asks a person': 4,
	postpones: 5,
	'stops messages': 3,
	'is somebody else': 2,
	'is cancelled': 2,
	'gets new links': 4
};
export type Way = keyof typeof WAYS;

/** One person's whole story, from the trigger to the receipt or to where they leave it. */
export async function* live(acting: Acting): Step<void> {
	const { random } = acting.person;
	const line = triggerLine(acting.person);
	const trigger = (lines: unknown[]) =>
		press(acting, (parts) => openCases(parts, 'key:simulation', lines));
	const opened = yield* trigger(random.chance(0.1) ? [line, line] : [line]);
	const id = opened.map((one) => ('id' in one ? one.id : '')).find(Boolean);
	if (!id) throw new Error(`A trigger was refused: ${JSON.stringify(opened)}`);
	// The same trigger again, from another file, while the first is under way.
	if (random.chance(0.1)) yield* trigger([triggerLine(acting.person)]);
	const way = random.weighted(WAYS);
	acting.note(way);
	yield* before(acting, way, id);
	for (let tried = 0; tried < 3; tried += 1) {
		const visit = yield* enter(acting);
		if (!visit || way === 'abandons') return;
		try {
			return yield* finish(acting, visit, way);
		} catch (error) {
			// Too slow, or another tab went on: the link in the message still works.
			if (!(error instanceof VisitGone)) throw error;
		}
	}
}

/** What happens before this person takes the case seriously. */
async function* before(acting: Acting, way: Way, id: string): Step<void> {
	const { random } = acting.person;
	switch (way) {
		case 'guesses':
			return yield* guess(acting, true);
		case 'forwards the link':
			return yield* guess(acting, random.chance(0.5));
		case 'is cancelled':
			yield* pause(random.between(0, 30));
			yield* press(acting, (parts) => cancelCase(parts, 'key:simulation', id, 'withdrawn'));
			return;
		case 'gets new links':
			// While the message with the one before is still being tried.
			for (let renewed = 0; renewed < 3; renewed += 1) {
				yield* press(acting, (parts) => renewLink(parts, 'key:simulation', id, { send: true }));
				yield* pause(random.between(0, 4));
			}
			return;
		case 'postpones':
		case 'stops messages':
		case 'is somebody else': {
			const visit = yield* beginVisit(acting);
			if (!visit) return;
			yield* press(acting, (parts) => chooseLanguage(parts, visit, random.one(['en', 'de', 'ar'])));
			if (way === 'postpones') yield* press(acting, (parts) => postpone(parts, visit, 1));
			if (way === 'stops messages') {
				yield* press(acting, (parts) => stopMessages(parts, visit));
				yield* openAnother(acting);
			}
			if (way === 'is somebody else') yield* press(acting, (parts) => reportNotMe(parts, visit));
			return;
		}
		default:
			return;
	}
}

/** Another matter of the same person: who has stopped the messages is not written to about it. */
async function* openAnother(acting: Acting): Step<void> {
	const { record, workflow } = acting.person;
	const other = workflow === 'address-update' ? 'collections-plan' : 'address-update';
	const contacts = { sms: record.phone };
	const facts = other === 'collections-plan' ? { balance: record.account.balance } : {};
	const line = { workflow: other, customer: record.id, contacts, facts };
	yield* press(acting, (parts) => openCases(parts, 'key:simulation', [line]));
}
