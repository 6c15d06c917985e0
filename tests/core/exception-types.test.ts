import { expect, test } from 'vitest';
import { checkUnshaped } from '../../src/lib/domain/policy/compile.ts';
import {
	exceptionType,
	outcomeNamed,
	outcomeOf,
	stillTrue
} from '../../src/lib/domain/exceptions/outcomes.ts';
import type {
	Calendar,
	ExceptionType,
	WorkflowDocument
} from '../../src/lib/domain/workflow/document.ts';
import { starter } from './workflow-starters.ts';

const { document } = starter('collections-plan');
const office = document.calendars!['office']!;
const problems = (changed: Partial<WorkflowDocument>) =>
	checkUnshaped({ ...document, ...changed }).map(
		({ path, message }) => `${path.join('.')}: ${message}`
	);
const typed = (change: Partial<ExceptionType>) =>
	problems({
		exceptions: {
			...document.exceptions,
			'nothing-fits': { ...document.exceptions['nothing-fits']!, ...change }
		}
	});
const hours = (change: Partial<Calendar>) =>
	problems({ calendars: { office: { ...office, ...change } } });

test('a type names a calendar and a notice that exist, and an outcome that an agent may decide on', () => {
	expect(typed({})).toEqual([]);
	expect(typed({ calendar: 'night' })).toEqual([
		'exceptions.nothing-fits.calendar: There is no calendar "night"'
	]);
	expect(typed({ notice: 'made-up' })).toContain(
		'exceptions.nothing-fits.notice: There is no template "made-up"'
	);
	const granted = outcomeOf(exceptionType(document, 'nothing-fits'), 'grant')!;
	expect(typed({ outcomes: [granted] })).toEqual([
		'exceptions.nothing-fits.outcomes: No outcome is a decision'
	]);
	const { message } = granted;
	const end = { id: 'over', label: 'Over', does: 'end' as const };
	expect(
		typed({
			outcomes: [
				{ ...end, message },
				{ ...end, message: { en: 'x' } }
			]
		})
	).toEqual(
		expect.arrayContaining([
			expect.stringMatching(/^exceptions\.nothing-fits\.outcomes\.1\.id: /),
			expect.stringMatching(/^exceptions\.nothing-fits\.outcomes\.1\.message\.de: /)
		])
	);
});

test.each([
	['a zone that is none', { zone: 'Mars/Base' }, 'zone'],
	['nobody is ever there', { week: {} }, 'week'],
	['a span that ends before it begins', { week: { mon: ['18:00-08:00'] } }, 'week.mon.0'],
	['a minute that is none', { week: { mon: ['08:00-17:60'] } }, 'week.mon.0'],
	['spans that overlap', { week: { mon: ['08:00-12:00', '11:00-18:00'] } }, 'week.mon.1'],
	['a day that does not exist', { holidays: ['2027-02-30'] }, 'holidays.0']
])('a calendar is refused: %s', (_, change, place) => {
	expect(hours(change as Partial<Calendar>)).toEqual([
		expect.stringMatching(new RegExp(`^calendars\\.office\\.${place.replaceAll('.', '\\.')}: `))
	]);
});

test('a notice brings neither a link nor a code', () => {
	const { templates } = document;
	const news = { ...templates['news']!, texts: { ...templates['news']!.texts, en: 'See {link}' } };
	expect(problems({ templates: { ...templates, news } })).toContain(
		'templates.news.texts.en: {link} must not stand in a notice'
	);
});

test('what nobody decided says nothing to the customer', () => {
	const type = 'nothing-fits';
	expect(outcomeNamed(document, { type, outcome: 'finished-by-customer' })).toBeUndefined();
	expect(outcomeNamed(document, null)).toBeUndefined();
	expect(outcomeNamed(document, { type, outcome: 'granted' })?.does).toBe('grant');
});

test('on a case that has ended only an end and a settlement are still true', () => {
	const outcomes = Object.values(document.exceptions).flatMap((type) => type.outcomes);
	const told = (ended: 'expired' | null) =>
		new Set(outcomes.filter((one) => stillTrue(one, { ended })).map(({ does }) => does));
	expect(told('expired')).toEqual(new Set(['end', 'settle']));
	expect(told(null)).toEqual(new Set(outcomes.map(({ does }) => does)));
});
