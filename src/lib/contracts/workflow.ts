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
	cure: texts.optional()
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
	operations: record(key, operation, 20)
});

const exceptionType = z.strictObject({
	name: text(100),
	class: z.enum(['policy', 'system']),
	severity: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
	owner: text(60),
	backup: text(60),
	hours: z.number().positive().max(2_160),
	outcomes: list(key, 20, 1),
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
	outreach: z.strictObject({ channels: list(channel, 3, 1), template: key }),
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
	exceptions: record(key, exceptionType, 40)
}) satisfies z.ZodType<WorkflowDocument>;

type Parsed = z.output<typeof workflowSchema>;
/** Compiles only while schema and document are the same type in both directions. */
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : never) : never;
true satisfies Same<Parsed, WorkflowDocument>;
