import type { Browser } from 'playwright-core';
import type { Role } from '../../src/lib/domain/staff/permissions.ts';
import type { Part } from '../../src/lib/domain/workflow/switches.ts';
import { putOff } from '../../src/lib/server/db/switches.ts';
import { raiseAlert } from '../../src/lib/server/db/alerts.ts';
import { addStaff } from '../../src/lib/server/flows/add-staff.ts';
import { approveChange } from '../../src/lib/server/flows/approve-change.ts';
import { changeCase } from '../../src/lib/server/db/cases.ts';
import { loadWorkflow } from '../../src/lib/server/db/workflows.ts';
import { answerInput } from '../../src/lib/server/flows/answer-input.ts';
import { correctFact } from '../../src/lib/server/flows/correct-fact.ts';
import { leavePath } from '../../src/lib/server/flows/leave-path.ts';
import { openCase } from '../support/open-case.ts';
import { askInput } from '../../src/lib/server/flows/ask-input.ts';
import { beginIncidentAct } from '../../src/lib/server/flows/begin-incident-act.ts';
import { claimException } from '../../src/lib/server/flows/claim-exception.ts';
import { declineErasure } from '../../src/lib/server/flows/decline-erasure.ts';
import { escalateExceptions } from '../../src/lib/server/flows/escalate-exceptions.ts';
import { grantAction } from '../../src/lib/server/flows/grant-action.ts';
import { proposeChange } from '../../src/lib/server/flows/propose-change.ts';
import { proposeSettlement } from '../../src/lib/server/flows/propose-settlement.ts';
import { requestErasure } from '../../src/lib/server/flows/request-erasure.ts';
import { saveWorkflowDraft } from '../../src/lib/server/flows/save-workflow-draft.ts';
import { showDraft } from '../../src/lib/server/flows/show-draft.ts';
import { switchOff } from '../../src/lib/server/flows/switch-off.ts';
import { askSwitchOn, switchOn } from '../../src/lib/server/flows/switch-on.ts';
import { workIncidentAct } from '../../src/lib/server/flows/work-incident-act.ts';
import { writeNote } from '../../src/lib/server/flows/write-note.ts';
import { askedForPerson, incidentOf, openException } from '../support/desk.ts';
import { got, submitted } from '../support/journey.ts';
import { bookedInSilence, runOutOfTries } from '../support/lost-writeback.ts';
import { newPerson } from '../support/people.ts';
import type { Fleet } from '../support/servers.ts';
import { addStaffMember, type StaffMember } from '../support/staff.ts';
import { newTapper, type Tapper } from '../support/tapper.ts';

/** A name that tries everything: markup, a turn of the writing direction, and a character not to be seen. */
const HOSTILE = 'Eva <b>Stone</b> \u202Etxet\u200B';

export type Who =
	| 'newcomer'
	| 'idle'
	| 'agent'
	| 'keeper'
	| 'operations'
	| 'approver'
	| 'auditor'
	| 'administrator';

export const WIDE = { width: 1440, height: 900 };

export interface StaffStage {
	fleet: Fleet;
	/** Each with a browser of their own, signed in but for the newcomer. */
	tappers: Record<Who, Tapper>;
	/** Cases, by what is to be seen on their page. */
	cases: Record<
		| 'mine'
		| 'asked'
		| 'granted'
		| 'late'
		| 'proposed'
		| 'dead'
		| 'cause'
		| 'corrected'
		| 'unproven',
		string
	>;
	customer: string;
	/** A change that waits for a second person. */
	proposal: string;
	/** Path of an account that is to be set up. */
	invitation: string;
}

type Members = Record<Exclude<Who, 'newcomer'>, StaffMember>;

const PEOPLE: Record<keyof Members, { name: string; roles: Role[]; teams?: string[] }> = {
	agent: { name: 'Ana Agent', roles: ['agent'], teams: ['arrangements!', 'payment-desk'] },
	keeper: { name: 'Rita Record', roles: ['agent'], teams: ['record-care', 'service-desk'] },
	operations: { name: 'Olga Operations', roles: ['operations'], teams: ['operations'] },
	approver: { name: 'Anton Approver', roles: ['approver'] },
	auditor: { name: 'Aude Auditor', roles: ['auditor'] },
	administrator: { name: 'Adam Administrator', roles: ['administrator'] },
	idle: { name: 'Ida Idle', roles: ['agent'], teams: ['record-care'] }
};

/** A day's worth of everything that staff pages show. */
export async function fillStaffPages(fleet: Fleet, browser: Browser): Promise<StaffStage> {
	const members = {} as Members;
	const baseURL = fleet.origin;
	const tappers = { newcomer: await newTapper(browser, { viewport: WIDE, baseURL }) } as Record<
		Who,
		Tapper
	>;
	for (const [who, person] of Object.entries(PEOPLE) as [
		keyof Members,
		(typeof PEOPLE)['agent']
	][]) {
		members[who] = await addStaffMember(fleet.parts, person);
		tappers[who] = await newTapper(browser, { viewport: WIDE, baseURL });
		const { secret: value } = members[who];
		await tappers[who].context.addCookies([{ name: 'staff', value, url: fleet.origin }]);
	}
	const customer = await newDebtor(fleet);
	const cases = {
		...(await fillPolicyQueue(fleet, members, customer)),
		...(await fillSystemQueue(fleet, members)),
		...(await fillCorrections(fleet, members))
	};
	const proposal = await fillChanges(fleet, members);
	await fillSwitches(fleet, members);
	await fillRest(fleet, members, customer);
	const added = await addStaff(fleet.parts, 'command-line', {
		email: 'iris@example.org',
		name: 'Iris Invited',
		roles: ['agent'],
		teams: []
	});
	const invitation = `/sign-in/set-up/${got(added).invitation}`;
	return { fleet, tappers, cases, customer, proposal, invitation };
}

const newDebtor = ({ core }: Fleet) =>
	newPerson(core, { name: HOSTILE, account: { brokenPromises: 2, planAllowed: true } }, 'C-1025');

async function fillPolicyQueue(fleet: Fleet, { agent: { principal } }: Members, customer: string) {
	const { parts } = fleet;
	const mine = await askedForPerson(fleet, customer);
	got(await claimException(parts, principal, mine.exception));
	got(await writeNote(parts, principal, mine.exception, `Called, nobody answered.\n${HOSTILE}`));
	const asked = await askedForPerson(fleet, await newDebtor(fleet));
	got(await claimException(parts, principal, asked.exception));
	const question = { fact: 'postcode', words: 'Have you moved lately?' };
	got(await askInput(parts, principal, asked.exception, question));
	const granted = await askedForPerson(fleet, await newDebtor(fleet));
	const grant = { action: 'plan', days: 7, why: 'Two payments crossed our letters' };
	got(await grantAction(parts, principal, granted.exception, grant));
	const late = await askedForPerson(fleet, await newDebtor(fleet));
	await fleet.db
		.updateTable('exceptions')
		.set({ due_at: new Date(Date.now() - 7_200_000) })
		.where('id', '=', late.exception)
		.execute();
	await escalateExceptions(parts);
	return { mine: mine.caseId, asked: asked.caseId, granted: granted.caseId, late: late.caseId };
}

async function fillSystemQueue(fleet: Fleet, { operations: { principal } }: Members) {
	const lose = async (customer: string) => {
		await newPerson(fleet.core, { id: customer });
		await fleet.core.faults([bookedInSilence(customer)]);
		const { caseId } = await submitted(fleet, {
			workflow: 'failed-payment',
			customer,
			action: 'pay-now'
		});
		await runOutOfTries(fleet, caseId);
		return caseId;
	};
	const proposed = await lose('S-1');
	const order = { settles: 'applied', reference: 'PAY-4711', why: 'Found it in the core' } as const;
	const exception = await openException(fleet, proposed);
	got(await proposeSettlement(fleet.parts, principal, exception, order));
	// What comes later is not part of the proposal for all.
	await lose('S-2');
	const cause = await incidentOf(fleet, proposed);
	const forAll = {
		act: 'propose',
		settles: 'send-again',
		why: 'The night run names them'
	} as const;
	const begun = got(await beginIncidentAct(fleet.parts, principal, cause, forAll));
	await workIncidentAct(fleet.parts, begun.act);
	return { proposed, dead: await lose('S-3'), cause };
}

/** A correction that nobody knows of, an answer that waits to be taken over, and somebody unproven. */
async function fillCorrections({ parts, core, db, vault }: Fleet, { keeper }: Members) {
	const { principal } = keeper;
	const fleet = { parts, core };
	const customer = await newPerson(core);
	const { exception, caseId, visit } = await askedForPerson(fleet, customer, 'address-update');
	const match = { customer, path: `/customers/${customer}/details` };
	await core.faults([{ match, fault: 'applied-then-reset' }]);
	const why = 'The letter came back';
	const order = { fact: 'city', value: 'Altona', why, closes: false };
	got(await correctFact(parts, principal, exception, order));
	await runOutOfTries(fleet, caseId);
	await core.faults([]);
	got(await askInput(parts, principal, exception, { fact: 'postcode' }));
	got(await answerInput(parts, visit, '20457'));

	const other = await newPerson(core);
	const unproven = await openCase(fleet, { workflow: 'failed-payment', customer: other });
	const workflow = await loadWorkflow(db, 'failed-payment', 1);
	const by = { actor: 'customer', flow: 'test' } as const;
	await changeCase(parts, unproven, by, (change) => {
		leavePath(workflow, change, { breakpoint: 'identity', reason: 'code-disabled' });
		return Promise.resolve();
	});
	got(await claimException(parts, principal, await openException(fleet, unproven)));
	const customer_hash = vault.hash('customer', other);
	const ended = { factor: 'code', consecutive: 50, disabled_at: new Date() } as const;
	await db
		.insertInto('factors')
		.values({ customer_hash, ...ended })
		.execute();
	return { corrected: caseId, unproven };
}

/** Everything that can be seen of a switch: off, asked for, paused, on again. */
async function fillSwitches({ parts, db }: Fleet, { operations, approver }: Members) {
	const key = 'address-update';
	const off = async (part: Part) => {
		const order = { key, part, reason: `Letters went out with the wrong date ${HOSTILE}` };
		return got(await switchOff(parts, operations.principal, order)).id;
	};
	const ended = await off('outreach');
	const asked = await off('action:confirm-address');
	for (const id of [ended, asked])
		got(await askSwitchOn(parts, operations.principal, { id, reason: 'The date is right again' }));
	got(await switchOn(parts, approver.principal, { id: ended }));
	const by = 'system';
	const part = 'template:sms:invitation';
	const why = '20 messages in an hour were held back';
	await db.transaction().execute((trx) => putOff(trx, { workflow: key, part, by, why }));
}

/** One workflow with two versions, one with a proposal, one with a draft that has mistakes. */
async function fillChanges({ parts }: Fleet, { operations, approver }: Members): Promise<string> {
	const save = async (key: string, change: (source: string) => string) => {
		const { source, revision, latest } = got(await showDraft(parts, key));
		const saved = { key, revision, source: change(source) };
		const { revision: next } = got(await saveWorkflowDraft(parts, operations.principal, saved));
		return { key, revision: next, against: latest };
	};
	const propose = async (draft: Awaited<ReturnType<typeof save>>, reason: string) =>
		got(await proposeChange(parts, operations.principal, { ...draft, reason }));
	const titled = await save('address-update', (source) =>
		source.replace(/^title: .*$/m, 'title: Where you live')
	);
	got(await approveChange(parts, approver.principal, await propose(titled, 'Plainer words')));
	await save('failed-payment', (source) => source.replace(/^title: .*$/m, 'title: 17'));
	const stricter = await save('collections-plan', (source) =>
		source.replace('facts.broken_promises < 2', 'facts.broken_promises < 3')
	);
	return (await propose(stricter, 'Agents grant it every time')).id;
}

async function fillRest(
	{ parts, db }: Fleet,
	{ administrator, approver }: Members,
	customer: string
): Promise<void> {
	for (const count of [1, 2, 3])
		await raiseAlert(db, 'sender-down', count === 3 ? 'smtp' : 'twilio');
	const reason = 'Letter of 12 March, file 17';
	const { id } = got(await requestErasure(parts, administrator.principal, { customer, reason }));
	got(await declineErasure(parts, approver.principal, id));
	got(await requestErasure(parts, administrator.principal, { customer, reason }));
}
