import { readSpan } from '../../workflow/calendar.ts';
import { isDate } from '../../workflow/dates.ts';
import type { WorkflowDocument } from '../../workflow/document.ts';
import type { Path, Report } from '../../workflow/problem.ts';

/** Every calendar has a zone, hours that can be read and do not overlap, and days off that exist. */
export function checkCalendars(document: WorkflowDocument, report: Report): void {
	for (const [name, calendar] of Object.entries(document.calendars ?? {})) {
		const at: Path = ['calendars', name];
		if (!isZone(calendar.zone))
			report(
				[...at, 'zone'],
				`"${calendar.zone}" is no time zone`,
				'Use an IANA name, such as Europe/Berlin.'
			);
		const days = Object.entries(calendar.week);
		if (days.length === 0)
			report([...at, 'week'], 'Nobody is ever there', 'Name the hours of at least one weekday.');
		for (const [day, spans] of days) checkSpans(spans, [...at, 'week', day], report);
		for (const [index, date] of calendar.holidays.entries())
			if (!isDate(date))
				report([...at, 'holidays', index], 'Is no date', 'Write it as 2027-01-01.');
	}
}

function checkSpans(spans: string[], at: Path, report: Report): void {
	let end = -1;
	for (const [index, text] of spans.entries()) {
		const span = readSpan(text);
		if (!span) report([...at, index], `"${text}" is no span of a day`, 'Write it as 09:00-17:30.');
		else if (span.from < end)
			report([...at, index], 'Begins before the one above it ends', 'Put them in order.');
		end = span?.to ?? end;
	}
}

function isZone(zone: string): boolean {
	try {
		return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
	} catch {
		return false;
	}
}
