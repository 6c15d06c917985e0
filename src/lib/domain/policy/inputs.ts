import { fail, ok, type Result } from '../result.ts';
import { isDate } from '../workflow/dates.ts';
import { maskCardNumbers } from '../workflow/card-numbers.ts';
import type { FieldValue, FieldValues, Input, Texts } from '../workflow/document.ts';
import { parseMoney, writeMoney } from '../workflow/money.ts';
import type { Pattern } from '../workflow/pattern.ts';
import { asciiDigits, cleanText } from '../workflow/text.ts';
import type { Where } from './compute.ts';
import type { Grant, GrantLimit } from './grants.ts';
import {
	actionOf,
	type CompiledAction,
	type CompiledInput,
	type CompiledWorkflow
} from './compiled.ts';
import { grantOf, type Moment, momentContext } from './moment.ts';
import type { CelContext, Program } from './program.ts';

/** An input as the page shows it: its limits on these facts, and what stands in it at first. */
export interface OfferedInput {
	input: Input;
	/** First value; money in minor units. */
	value?: FieldValue;
	/** Limits, inclusive; money in minor units, dates `YYYY-MM-DD`. */
	min?: FieldValue;
	max?: FieldValue;
	/** The options that are offered on these facts. */
	options?: { value: string; label: Texts }[];
	/** What a text must look like. */
	pattern?: Pattern;
}

/** Why an input was refused. Limits are given where they say what would be right. */
export interface InputFault {
	code:
		| 'required'
		| 'format'
		| 'fraction'
		| 'grouping'
		| 'characters'
		| 'too-long'
		| 'pattern'
		| 'too-low'
		| 'too-high'
		| 'not-offered';
	min?: FieldValue;
	max?: FieldValue;
	maxLength?: number;
}

export type InputFaults = Record<string, InputFault>;

/**
 * The inputs of an action with limits, offered options and first values on these facts.
 * Fails with `rule-error`. Throws on an unknown action.
 */
export const offerInputs = (
	compiled: CompiledWorkflow,
	actionKey: string,
	moment: Moment
): Result<OfferedInput[], 'rule-error', Where> =>
	offerAll(actionOf(compiled, actionKey), momentContext(moment), grantOf(moment, actionKey));

/** The same in a context that is there already, within the limits of a grant. */
export function offerAll(
	action: CompiledAction,
	context: CelContext,
	grant?: Grant
): Result<OfferedInput[], 'rule-error', Where> {
	const offered: OfferedInput[] = [];
	for (const one of action.inputs) {
		const where = `actions.${action.key}.inputs.${one.input.name}`;
		const result = offerInput(one, context, where);
		if (!result.ok) return result;
		offered.push(narrow(result.value, grant?.limits[one.input.name]));
	}
	return ok(offered);
}

/** A grant bounds what it makes possible; it never widens what the document allows. */
function narrow(offer: OfferedInput, limit: GrantLimit | undefined): OfferedInput {
	if (!limit) return offer;
	const { min = limit.min, max = limit.max, value } = offer;
	const least = limit.min !== undefined && min !== undefined && limit.min > min ? limit.min : min;
	const most = limit.max !== undefined && max !== undefined && limit.max < max ? limit.max : max;
	const low = least !== undefined && value !== undefined && value < least ? least : value;
	const first = most !== undefined && low !== undefined && low > most ? most : low;
	return {
		...offer,
		...(least !== undefined && { min: least }),
		...(most !== undefined && { max: most }),
		...(first !== undefined && { value: first })
	};
}

function offerInput(
	{ input, when, pattern, ...limits }: CompiledInput,
	context: CelContext,
	where: string
): Result<OfferedInput, 'rule-error', Where> {
	const offer: OfferedInput = { input, ...(pattern && { pattern }) };
	const failed = (part: string, error = 'failed') =>
		fail('rule-error', { where: `${where}.${part}`, error });
	for (const part of ['value', 'min', 'max'] as const) {
		const program: Program | undefined = limits[part];
		if (!program) continue;
		const result = program.run(context);
		if (!result.ok) return failed(part, result.detail);
		if (input.type === 'date' && !isDate(String(result.value))) return failed(part, 'not a date');
		offer[part] = result.value;
	}
	if (input.type !== 'choice') return ok(offer);
	offer.options = [];
	for (const { value, label } of input.options) {
		const result = when[value]?.run(context) ?? ok(true);
		if (!result.ok) return failed(`options.${value}.when`, result.detail);
		if (result.value === true) offer.options.push({ value, label });
	}
	return ok(offer);
}

/** What stands in the form field for a value: money in major units with the language's decimal sign. */
export const fieldText = (
	value: FieldValue,
	type: Input['type'],
	{ currency, language }: { currency: string; language: string }
): string =>
	type === 'money' && typeof value === 'number'
		? writeMoney(value, currency, language)
		: String(value);

/**
 * What the customer typed, checked against this case's limits and made into values: money in minor
 * units, dates `YYYY-MM-DD`, text trimmed and NFC (an empty optional text is `''`), with the digits of
 * Arabic and Persian keyboards as 0 to 9 where digits are asked for. Fields that are not inputs of the
 * action are ignored. Fails with `invalid-input` and the fault of every refused
 * field, or with `rule-error` if a limit cannot be evaluated. Throws on an unknown action.
 */
export function checkInputs(
	compiled: CompiledWorkflow,
	actionKey: string,
	raw: Record<string, unknown>,
	moment: Moment & { language: string }
): Result<FieldValues, 'invalid-input', InputFaults> | Result<never, 'rule-error', Where> {
	const offered = offerInputs(compiled, actionKey, moment);
	if (!offered.ok) return offered;
	const values: FieldValues = {};
	const faults: InputFaults = {};
	const { currency } = compiled.document;
	for (const offer of offered.value) {
		const { name } = offer.input;
		const typed = Object.hasOwn(raw, name) ? raw[name] : undefined;
		const checked = checkInput(offer, typed, currency, moment.language);
		if (checked.ok) values[name] = checked.value;
		else faults[name] = checked.detail ?? { code: 'format' };
	}
	return Object.keys(faults).length === 0 ? ok(values) : fail('invalid-input', faults);
}

type Checked = Result<FieldValue, 'refused', InputFault>;

const refused = (code: InputFault['code'], more: Omit<InputFault, 'code'> = {}) =>
	fail('refused', { code, ...more });

/** One field against what it offers. */
export function checkInput(
	offer: OfferedInput,
	typed: unknown,
	currency: string,
	language: string
): Checked {
	const { input } = offer;
	if (typed !== undefined && typeof typed !== 'string') return refused('format');
	if (typed === undefined || typed.trim() === '')
		return input.type === 'text' && input.optional ? ok('') : refused('required');
	switch (input.type) {
		case 'text': {
			// What was broken UTF-8 in a form arrives as U+FFFD (case Q3).
			if (typed.includes('\ufffd')) return refused('characters');
			const { pattern } = offer;
			const clean = cleanText(pattern?.digits ? asciiDigits(typed) : typed, input.maxLength);
			if (!clean.ok) return refused(clean.reason, { maxLength: input.maxLength });
			// Only where anything may stand: a number that a pattern asks for is what was asked for.
			if (!pattern) return ok(maskCardNumbers(clean.value));
			return pattern.fits(clean.value) ? clean : refused('pattern');
		}
		case 'choice':
			return offer.options?.some((option) => option.value === typed)
				? ok(typed)
				: refused('not-offered');
		case 'money': {
			const money = parseMoney(typed, currency, language);
			return money.ok ? within(money.value, offer) : refused(money.reason);
		}
		case 'integer': {
			const digits = asciiDigits(typed.trim());
			// No sign, no exponent, no separator; 15 digits are a safe integer.
			return /^\d{1,15}$/.test(digits) ? within(Number(digits), offer) : refused('format');
		}
		case 'date': {
			const date = asciiDigits(typed.trim());
			return isDate(date) ? within(date, offer) : refused('format');
		}
	}
}

function within(value: string | number, { min, max }: OfferedInput): Checked {
	const limits = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
	if (min !== undefined && value < min) return refused('too-low', limits);
	if (max !== undefined && value > max) return refused('too-high', limits);
	return ok(value);
}
