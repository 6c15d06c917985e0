import { z } from 'zod';
import type { WorkflowDocument } from '../domain/workflow/document.ts';

/**
 * The shape of a workflow document, with a bound on every length and count. What the parts mean to
 * each other (types of expressions, names that must exist, budgets) is `compileWorkflow`'s part.
 */

const name = z
	.string()
	.max(40)
	.regex(/^[a-z][a-zA-Z0-9_]*$/, 'must begin with a small letter and hold letters, digits and _');
const key = z
	.string()
	.max(60)
	.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be kebab-case, such as pay-now');
/** No controls and no lone surrogates: neither can be stored, both can hide. */
const text = (max: number) =>
	z
		.string()
		.min(1)
		.max(max)
		.refine(
			(value) => value.isWellFormed() && !/(?![\t\n])\p{Cc}/u.test(value),
			'must not hold control characters or broken ones'
		);
const language = z.string().min(2).max(20);
const texts = z.record(language, text(600));
/** One line each: what heads an e-mail must not begin another header. */
const headings = z.record(
	language,
	text(120).refine((value) => !/[\t\n]/.test(value), 'must be one line')
);
const expression = text(1_000);
const fieldPath = z
	.string()
	.max(120)
	.regex(/^[\w$-]+(\.[\w$-]+)*$/, 'must be a dotted path, such as account.balance');
const channel = z.enum(['sms', 'whatsapp', 'email']);
const assurance = z.enum(['link', 'known-facts', 'code', 'code-and-facts']);
const proof = z.enum(['known-facts', 'code', 'code-and-facts']);
const whole = z.int();
const list = <Item extends z.ZodType>(item: Item, most: number, least = 0) =>
	z.array(item).min(least).max(most);
/** A record with a bound on its size; zod counts arrays only. */
const record = <Key extends z.ZodString, Value extends z.ZodType>(
	keyType: Key,
	value: Value,
	most: number
) =>
	z
		.record(keyType, value)
		.refine((given) => Object.keys(given).length <= most, `must not hold more than ${most}`);

/** The variants of a typed field, each with what stands beside it (a label, a path). */
const field = <Beside extends z.ZodRawShape>(beside: Beside) =>
	z.discriminatedUnion('type', [
		z.strictObject({
			type: z.literal('text'),
			maxLength: whole.min(1).max(4_000),
			...beside
		}),
		z.strictObject({
			type: z.literal('integer'),
			min: whole.optional(),
			max: whole.optional(),
			...beside
		}),
		z.strictObject({ type: z.literal('money'), ...beside }),
		z.strictObject({ type: z.literal('date'), ...beside }),
		z.strictObject({ type: z.literal('boolean'), ...beside }),
		z.strictObject({ type: z.literal('choice'), options: list(text(60), 30, 1), ...beside })
	]);

const inputBase = {
	name,
	label: texts,
	hint: texts.optional(),
	value: expression.optional(),
	autocomplete: z
		.string()
		.max(40)
		.regex(/^[a-z0-9 -]+$/, 'must be an autocomplete token, such as street-address')
		.optional()
};
const limited = <Type extends string>(type: Type) =>
	z.strictObject({ ...inputBase, type: z.literal(type), min: expression, max: expression });
const option = z.strictObject({ value: text(60), label: texts, when: expression.optional() });
const input = z.discriminatedUnion('type', [
	z.strictObject({
		...inputBase,
		type: z.literal('text'),
		maxLength: whole.min(1).max(1_000),
		optional: z.boolean().optional(),
		pattern: text(200).optional(),
		patternHint: texts.optional()
	}),
	limited('integer'),
	limited('money'),
	limited('date'),
	z.strictObject({ ...inputBase, type: z.literal('choice'), options: list(option, 30, 1) })
]);

const clause = z.strictObject({
	id: key,
	label: text(200),
	expression,
	reason: texts,
	cure: texts.optional(),
	grantable: z.boolean().optional()
});
const line = z.strictObject({
	label: texts,
	value: expression,
	format: z.enum(['text', 'integer', 'money', 'date', 'choice'])
});
const action = z.strictObject({
	label: texts,
	summary: texts,
	effect: z.enum(['money', 'personal-data', 'regulated-record', 'information']),
	assurance,
	justification: text(1_000).optional(),
	clauses: list(clause, 20),
	inputs: list(input, 20),
	values: list(
		z.strictObject({ name, type: z.enum(['integer', 'money', 'date', 'text']), expression }),
		30
	),
	review: z.strictObject({ lines: list(line, 12, 1), consequence: texts, button: texts }),
	operation: key,
	booked: texts
});

const headers = record(
	z
		.string()
		.max(60)
		.regex(/^[A-Za-z0-9-]+$/, 'must be a header name'),
	text(200),
	20
);
const call = {
	method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
	path: text(200),
	headers: headers.optional()
};
const operation = z.strictObject({
	repeat: z.enum(['native-key', 'lookup', 'none']),
	fields: record(name, expression, 40),
	answer: record(name, field({ at: fieldPath }), 20),
	checks: list(expression, 20),
	mapping: z.strictObject({
		http: z
			.strictObject({
				...call,
				body: record(fieldPath, name, 40).optional(),
				keyHeader: z
					.string()
					.max(60)
					.regex(/^[A-Za-z0-9-]+$/, 'must be a header name')
					.optional(),
				lookup: z.strictObject({ ...call, found: fieldPath.optional() }).optional()
			})
			.optional()
	})
});
const records = z.strictObject({
	connection: key,
	consistencySeconds: whole.min(0).max(86_400),
	read: z.strictObject({
		mapping: z.strictObject({ http: z.strictObject(call).optional() }),
		customer: fieldPath.optional()
	}),
	facts: record(name, fieldPath, 60),
	contacts: z.partialRecord(channel, fieldPath),
	corrections: z.strictObject({ exception: key, facts: record(name, key, 60) }).optional(),
	operations: record(key, operation, 20)
});

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 08:00');
const step = z.strictObject({
	id: key,
	channels: list(channel, 3, 1),
	template: key,
	afterHours: z.number().positive().optional(),
	stop: list(z.enum(['visited', 'verified', 'submitted']), 3).optional()
});
const outreach = z.strictObject({
	consent: z.discriminatedUnion('basis', [
		z.strictObject({ basis: z.literal('contract') }),
		z.strictObject({ basis: z.literal('consent'), fact: name.optional() })
	]),
	steps: list(step, 10, 1),
	hours: z.strictObject({ from: clock, to: clock }).optional(),
	caps: z.strictObject({ perWeek: whole }).optional()
});

const span = z
	.string()
	.max(11)
	.regex(/^\d{2}:\d{2}-\d{2}:\d{2}$/, 'must be a span such as 09:00-17:30');
const calendar = z.strictObject({
	zone: text(60),
	week: z.partialRecord(
		z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']),
		list(span, 4, 1)
	),
	holidays: list(text(10), 400)
});
const outcome = z.strictObject({
	id: key,
	label: text(60),
	does: z.enum(['resume', 'end', 'identify', 'grant', 'correct', 'settle']),
	message: texts
});
const exceptionType = z.strictObject({
	name: text(100),
	class: z.enum(['policy', 'system']),
	severity: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
	owner: text(60),
	backup: text(60),
	hours: z.number().positive().max(2_160),
	calendar: key.optional(),
	notice: key.optional(),
	outcomes: list(outcome, 20, 1),
	message: texts
});
const response = z.strictObject({
	rungs: list(z.enum(['fresh-context', 'fewer-actions']), 2),
	exception: key
});

export const workflowSchema = z.strictObject({
	workflow: key,
	title: text(100),
	languages: list(language, 20, 1),
	zone: text(60),
	currency: text(3),
	brand: z.strictObject({
		name: text(40),
		// The mark is inlined into every page, so it counts against the page budget.
		mark: z
			.string()
			.max(1_000)
			.regex(/^[Mm][MmZzLlHhVvCcSsQqTtAa0-9eE.,\s+-]*$/, 'must be SVG path data'),
		colour: z.string().regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour as #rrggbb'),
		ink: z.string().regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour as #rrggbb'),
		help: texts.optional()
	}),
	facts: record(name, field({ label: texts }), 60),
	overview: list(name, 6),
	trigger: z.strictObject({ required: list(name, 60), duplicate: list(name, 20) }),
	link: z.strictObject({ hours: z.number().positive() }),
	outreach,
	identity: z.strictObject({
		base: proof,
		stricter: proof,
		knownFacts: list(z.strictObject({ fact: name, label: texts, hint: texts.optional() }), 5),
		code: z.strictObject({
			channels: list(channel, 3),
			minutes: whole.min(1),
			template: key
		})
	}),
	templates: record(
		key,
		z.strictObject({
			texts,
			segments: whole.min(1).max(6),
			subject: headings.optional(),
			whatsapp: z
				.strictObject({
					content: z.record(
						language,
						z.string().regex(/^HX[0-9a-fA-F]{32}$/, 'must be a ContentSid, HX and 32 digits')
					),
					variables: list(name, 20)
				})
				.optional()
		}),
		20
	),
	landing: z.strictObject({ heading: texts, body: texts }),
	actions: record(key, action, 20),
	records,
	breakpoints: z.record(
		z.enum(['trigger', 'identity', 'eligibility', 'transaction', 'writeback', 'reply']),
		response
	),
	settled: z.strictObject({ expression, message: texts }).optional(),
	ruleError: key,
	calendars: record(key, calendar, 20).optional(),
	exceptions: record(key, exceptionType, 40)
}) satisfies z.ZodType<WorkflowDocument>;

type Parsed = z.output<typeof workflowSchema>;
/** Compiles only while schema and document are the same type in both directions. */
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : never) : never;
true satisfies Same<Parsed, WorkflowDocument>;
