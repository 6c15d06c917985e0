import { z } from 'zod';
import { contactsSchema } from './contacts.ts';
import { textSchema } from './text.ts';

function isZone(name: string): boolean {
	try {
		return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
	} catch {
		return false;
	}
}

/** The customer's reference in the system of record. */
export const customerSchema = textSchema(80).min(1);

/** One trigger: `POST /api/v1/cases`, or one line of its NDJSON form. Fact types come from the workflow. */
export const openCaseSchema = z.strictObject({
	workflow: z
		.string()
		.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a workflow key such as my-workflow')
		.max(60),
	customer: customerSchema.describe("The customer's reference in the system of record."),
	/** BCP 47; the workflow's first language where it is not offered. */
	language: z
		.string()
		.regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as en or de-AT')
		.max(35)
		.describe("BCP 47; the workflow's first language where it is not offered.")
		.optional(),
	/** Where outreach may go; numbers with + and country code. Codes go only to what the system of record holds. */
	contacts: contactsSchema()
		.describe('Where outreach may go; numbers with + and country code.')
		.default({}),
	/** Where the person's clock is; else the country of their phone number tells, else the workflow. */
	zone: z
		.string()
		.max(60)
		.refine(isZone, 'is not a time zone such as Europe/Berlin')
		.describe("IANA zone of the person's clock, for quiet hours; else told by their phone number.")
		.optional(),
	/** Needed where the workflow writes to nobody who did not agree. */
	consent: z
		.array(z.enum(['sms', 'whatsapp', 'email']))
		.max(3)
		.describe('The channels on which the person agreed to be written to.')
		.optional(),
	facts: z
		.record(z.string().max(60), z.union([z.string().max(10_000), z.number(), z.boolean()]))
		.describe('Typed as the workflow declares; money is a whole number of minor units.')
		.default({})
});
export type OpenCase = z.infer<typeof openCaseSchema>;

/** What of a wrong trigger can still be held against its workflow, so that all faults are told at once. */
export const wrongCaseSchema = z.object({
	workflow: openCaseSchema.shape.workflow,
	facts: z.record(z.string(), z.unknown()).catch({})
});
