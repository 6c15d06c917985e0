import type { VerifiedVisit } from '../../src/lib/domain/identity/proofs.ts';
import { askPerson } from '../../src/lib/server/flows/ask-person.ts';
import { correctFact } from '../../src/lib/server/flows/correct-fact.ts';
import { fillAction } from '../../src/lib/server/flows/fill-action.ts';
import { saveDraft } from '../../src/lib/server/flows/save-draft.ts';
import { showActions } from '../../src/lib/server/flows/show-actions.ts';
import { showReceipt } from '../../src/lib/server/flows/show-receipt.ts';
import { showReview } from '../../src/lib/server/flows/show-review.ts';
import { submitAction } from '../../src/lib/server/flows/submit-action.ts';
import { endVisit } from '../../src/lib/server/flows/end-visit.ts';
import { type Acting, onPage, pause, press, pressOn, type Step, VisitGone } from './acts.ts';
import type { Way } from './lives.ts';

/** From the choices to the receipt, in this person's way. */
export async function* finish(acting: Acting, visit: VerifiedVisit, way: Way): Step<void> {
	const { random, workflow } = acting.person;
	const wrong = workflow === 'address-update' && random.chance(CORRECTED);
	if (way === 'asks a person' || wrong) {
		yield* pressOn(acting, visit, (parts, visit) => askPerson(parts, visit));
		if (wrong) yield* putRight(acting, visit.caseId);
		if (random.chance(0.5)) return;
	}
	// After a refusal what is left may be tried, once.
	for (let chosen = 0; chosen < 2; chosen += 1) {
		const draft = yield* choose(acting, visit);
		if (!draft) return;
		yield* confirm(acting, visit, draft, way);
		const others = yield* watch(acting, visit);
		if (!others) break;
	}
	if (random.chance(0.2)) yield* pressOn(acting, visit, (parts, visit) => endVisit(parts, visit));
}

/** Of a hundred whose address is asked about, for so many the record has it wrong. */
const CORRECTED = 0.4;

/** Somebody at the desk corrects what the record has wrong, perhaps twice, and goes on or closes it. */
async function* putRight(acting: Acting, caseId: string): Step<void> {
	const { random } = acting.person;
	for (const street of ['Kanariweg 9991', 'Kanariweg 9992'].slice(random.between(0, 1))) {
		const told = yield* press(acting, async (parts) => {
			const open = await parts.db
				.selectFrom('exceptions')
				.select('id')
				.where('case_id', '=', caseId)
				.where('state', '=', 'open')
				.orderBy('opened_at')
				.executeTakeFirst();
			if (!open) return null;
			const order = { fact: 'street', value: street, why: 'The letter came back', closes: false };
			return correctFact(parts, acting.agent, open.id, order);
		});
		acting.note(told?.ok ? 'corrected' : `not corrected: ${told?.reason ?? 'closed'}`);
	}
}

/** Chooses, fills with what stands there, and keeps it; gives the draft. */
async function* choose(acting: Acting, visit: VerifiedVisit): Step<string | null> {
	const { random } = acting.person;
	const { offered } = yield* pressOn(acting, visit, (parts, visit) => showActions(parts, visit));
	if (offered.length === 0) {
		acting.note('nothing was offered');
		return null;
	}
	const { action } = random.one(offered);
	const filled = yield* pressOn(acting, visit, (parts, visit) => fillAction(parts, visit, action));
	if (!filled.ok) return null;
	const form = Object.fromEntries(
		filled.value.fields.map(({ name, value, options, kind, patternHint }) => [
			name,
			// The one pattern of the starters is a postcode's.
			value || options?.[0]?.value || (patternHint ? '26789' : kind === 'text' ? 'Kanariweg 1' : '')
		])
	);
	const saved = yield* pressOn(acting, visit, (parts, visit) =>
		saveDraft(parts, visit, action, form)
	);
	return saved.ok ? saved.value.draftId : null;
}

async function* confirm(acting: Acting, visit: VerifiedVisit, draft: string, way: Way): Step<void> {
	const { random, record } = acting.person;
	// The figures may move between the page and the press, and did if the answer says so.
	for (let looked = 0; looked < 3; looked += 1) {
		const review = yield* pressOn(acting, visit, (parts, visit) => showReview(parts, visit, draft));
		if (!review.ok) return;
		if (random.chance(0.03)) record.account.balance += 100;
		const { shown } = review.value;
		const once = () =>
			acting.request((parts) =>
				onPage(parts, acting, visit, (verified) => submitAction(parts, verified, draft, shown))
			);
		const also = way === 'has two tabs' ? yield* choose(acting, visit) : null;
		const again = way === 'presses twice' ? [once(), once()] : [];
		const answers = await Promise.all([
			once(),
			...again,
			...(also ? [other(acting, visit, also)] : [])
		]);
		yield;
		if (answers.includes('gone')) throw new VisitGone();
		const given = answers.filter((answer) => answer !== null && answer !== 'gone');
		for (const answer of given) if (answer.ok) acting.told.add(answer.value.submissionId);
		const known = given.find(({ ok }) => ok);
		if (way === 'goes back' && known?.ok) {
			const back = yield* pressOn(acting, visit, (parts, visit) =>
				submitAction(parts, visit, draft, shown)
			);
			if (!back.ok || back.value.submissionId !== known.value.submissionId)
				throw new Error(`Going back made another submission: ${JSON.stringify(back)}`);
		}
		if (given.some((answer) => answer.ok || answer.reason === 'already-submitted')) return;
	}
}

/** The second tab's press, on what it shows. */
const other = (acting: Acting, tab: VerifiedVisit, draft: string) =>
	acting.request((parts) =>
		onPage(parts, acting, tab, async (visit) => {
			const review = await showReview(parts, visit, draft);
			return review.ok ? submitAction(parts, visit, draft, review.value.shown) : null;
		})
	);

/** Looks at the receipt a few times. @returns whether other ways are offered after a refusal */
async function* watch(acting: Acting, visit: VerifiedVisit): Step<boolean> {
	for (let looked = 0; looked < 5; looked += 1) {
		const receipt = yield* pressOn(acting, visit, (parts, visit) => showReceipt(parts, visit));
		if (!receipt) return false;
		if (receipt.state === 'booked') return false;
		if (receipt.state === 'rejected') return receipt.others;
		yield* pause(5);
	}
	return false;
}
