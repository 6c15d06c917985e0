import { phoneCountries } from '../../contracts/phone-countries.ts';
import { agreedChannels } from '../../domain/outreach/consent.ts';
import { hoursOf, opensAt } from '../../domain/outreach/hours.ts';
import { offPart, type Situation } from '../../domain/outreach/plan.ts';
import { type PersonZones, zonesOfPerson } from '../../domain/outreach/zones.ts';
import type { OutreachStep, WorkflowDocument } from '../../domain/workflow/document.ts';
import type { CaseContent, Contacts, LoadedCase } from '../db/cases.ts';
import type { Db } from '../db/connect.ts';
import { sentLately } from '../db/outreach.ts';
import type { Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { closedChannels } from './reach-customer.ts';
import { reminderOf } from './up-next.ts';

/** The step that is looked at. */
export interface Next {
	step: OutreachStep;
	dueAt: Date;
	/** The customer asked to be reminded, or somebody to have a link sent. */
	asked: boolean;
}

/** Where outreach may go: what the trigger told goes before what the record tells. */
const contactsOf = ({ contacts, record }: CaseContent): Contacts => ({
	...record?.contacts,
	...contacts
});

/** The zones that the person of a case may be in. */
function zonesOf({ zone }: WorkflowDocument, content: CaseContent): PersonZones {
	const { sms, whatsapp } = contactsOf(content);
	const numbers = [sms, whatsapp].filter((number) => number !== undefined);
	return zonesOfPerson({
		declared: content.zone,
		countries: numbers.flatMap(phoneCountries),
		workflow: zone
	});
}

/**
 * The first instant from then on at which the person may be written to: what is promised, or tried
 * again, is dated by it. Every message passes `releaseMessage` besides, at every try.
 */
export function allowedAt(
	{ config }: Pick<Parts, 'config'>,
	{ document }: Pick<Workflow, 'document'>,
	content: CaseContent,
	then: Date
): Date {
	if (!config.outreachLimits) return then;
	const { zones } = zonesOf(document, content);
	return new Date(opensAt(hoursOf(document.outreach), zones, then.getTime()) ?? then);
}

/** What of a situation is known without asking the database: all that a new case knows. */
export function situationAtOnce(
	{ config }: Pick<Parts, 'config'>,
	workflow: Pick<Workflow, 'document'>,
	{ content, state, now, off }: Pick<LoadedCase, 'content' | 'state' | 'now' | 'off'>,
	{ step, dueAt, asked }: Next
): Situation {
	const { outreach } = workflow.document;
	return {
		now: now.getTime(),
		outreach,
		step,
		dueAt: dueAt.getTime(),
		asked,
		state,
		contacts: contactsOf(content),
		suppressed: new Map(),
		agreed: agreedChannels(outreach.consent, content),
		zones: zonesOf(workflow.document, content),
		sent: [],
		limits: config.outreachLimits,
		off
	};
}

/** Everything that the next step of a case is decided by. */
export async function situationOf(
	parts: Pick<Parts, 'config' | 'vault'>,
	workflow: Pick<Workflow, 'document'>,
	db: Db,
	loaded: LoadedCase,
	next: Next
): Promise<Situation> {
	const { row, content } = loaded;
	return {
		...situationAtOnce(parts, workflow, loaded, next),
		suppressed: await closedChannels(parts, { db, row }, contactsOf(content)),
		sent: await sentLately(db, row.customer_hash)
	};
}

/** Does the reminder that the customer asked for wait until something is switched on again? */
export async function reminderHeld(
	parts: Pick<Parts, 'config' | 'vault'>,
	workflow: Pick<Workflow, 'document'>,
	db: Db,
	loaded: LoadedCase
): Promise<boolean> {
	if (loaded.off.length === 0) return false;
	const step = reminderOf(workflow, loaded.row.outreach_step);
	const next = { step, dueAt: loaded.now, asked: true };
	return offPart(await situationOf(parts, workflow, db, loaded, next)) !== undefined;
}
