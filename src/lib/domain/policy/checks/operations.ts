import type { HttpCall, Operation, WorkflowDocument } from '../../workflow/document.ts';
import { oneOf, type Path, type Report } from '../../workflow/problem.ts';
import { hasStrayBrace, placeholders } from '../../workflow/template.ts';

/** Set by the connection, never by a document: they carry its credentials or frame the request. */
const FORBIDDEN_HEADERS = new Set([
	...['authorization', 'cookie', 'host', 'content-length', 'content-type', 'connection'],
	...['transfer-encoding', 'proxy-authorization', 'upgrade', 'te', 'expect']
]);

/** How the system of record is read and written is complete, and each write is safe to repeat. */
export function checkOperations(document: WorkflowDocument, report: Report): void {
	const { records, actions, facts } = document;
	for (const name of Object.keys(records.facts))
		if (!Object.hasOwn(facts, name))
			report(
				['records', 'facts', name],
				`There is no fact "${name}"`,
				`Declare it under facts, or use ${oneOf(Object.keys(facts))}.`
			);
	const read: Path = ['records', 'read', 'mapping'];
	if (records.read.mapping.http)
		checkCall(records.read.mapping.http, [...read, 'http'], ['customer'], report);
	else report(read, 'Says not how the record is read', 'Write a mapping, such as http.');
	checkCorrections(document, report);
	const used = new Set([
		...Object.values(actions).map((action) => action.operation),
		...Object.values(records.corrections?.facts ?? {})
	]);
	for (const [name, operation] of Object.entries(records.operations)) {
		const at: Path = ['records', 'operations', name];
		if (!used.has(name))
			report(at, 'Nothing uses this operation', 'Name it in an action, or remove it.');
		checkAnswer(operation, at, report);
		checkMapping(operation, [...at, 'mapping'], report);
	}
}

/** What is corrected is read from the record, and a correction that fails is somebody's. */
function checkCorrections(document: WorkflowDocument, report: Report): void {
	const { records, breakpoints, exceptions } = document;
	if (!records.corrections) return;
	const at: Path = ['records', 'corrections'];
	for (const [fact, operation] of Object.entries(records.corrections.facts)) {
		if (!Object.hasOwn(records.facts, fact))
			report(
				[...at, 'facts', fact],
				`The record holds no fact "${fact}"`,
				`Use ${oneOf(Object.keys(records.facts))}: what it does not hold cannot be put right there.`
			);
		if (!Object.hasOwn(records.operations, operation))
			report(
				[...at, 'facts', fact],
				`There is no operation "${operation}"`,
				`Write it under records.operations, or use ${oneOf(Object.keys(records.operations))}.`
			);
	}
	const { exception } = records.corrections;
	const declared = Object.hasOwn(exceptions, exception) ? exceptions[exception] : undefined;
	if (declared?.class !== 'system')
		report(
			[...at, 'exception'],
			declared
				? `The exception type "${exception}" is of class "${declared.class}"`
				: `There is no exception type "${exception}"`,
			'Name one of class "system": what the record does not take is no judgement.'
		);
	else if (!declared.outcomes.some(({ does }) => does === 'resume'))
		report(
			['exceptions', exception, 'outcomes'],
			'A correction that the record refuses cannot be closed without ending the case',
			'Add an outcome that does: resume.'
		);
	const others = [...Object.values(breakpoints).map((one) => one?.exception), document.ruleError];
	if (others.includes(exception))
		report(
			[...at, 'exception'],
			`The exception type "${exception}" is raised for other reasons, too`,
			'Give corrections a type of their own: its message tells customers something else.'
		);
}

function checkAnswer(operation: Operation, at: Path, report: Report): void {
	if (operation.answer.reference?.type !== 'text')
		report(
			[...at, 'answer', 'reference'],
			'The answer declares no reference',
			'Add reference with type: text and where it stands (at): the customer is shown it.'
		);
	if (operation.checks.length === 0)
		report(
			[...at, 'checks'],
			'The answer is believed unchecked',
			'Add a check, such as answer.reference == reference.'
		);
}

function checkMapping(operation: Operation, at: Path, report: Report): void {
	const http = operation.mapping.http;
	if (!http) return report(at, 'Says not how it is sent', 'Write a mapping, such as http.');
	const names = [...Object.keys(operation.fields), 'customer', 'reference'];
	checkCall(http, [...at, 'http'], names, report);
	if (http.lookup) checkCall(http.lookup, [...at, 'http', 'lookup'], names, report);
	if (operation.repeat === 'native-key' && !http.keyHeader)
		report(
			[...at, 'http', 'keyHeader'],
			'repeat is native-key, but no header carries the key',
			'Add keyHeader, such as Idempotency-Key, or change repeat.'
		);
	if (operation.repeat === 'lookup' && !http.lookup)
		report(
			[...at, 'http', 'lookup'],
			'repeat is lookup, but nothing says how to look up',
			'Add lookup with method and path, or change repeat.'
		);
	const targets = Object.keys(http.body ?? {});
	for (const [target, source] of Object.entries(http.body ?? {})) {
		const path = [...at, 'http', 'body', target];
		if (!names.includes(source))
			report(path, `Nothing called "${source}" is sent`, `Use ${oneOf(names)}.`);
		const inner = targets.find((other) => other.startsWith(`${target}.`));
		if (inner) report(path, `Both ${target} and ${inner} are set`, 'Remove one of the two.');
	}
}

function checkCall(call: HttpCall, at: Path, names: string[], report: Report): void {
	if (typeof call.path === 'string') {
		for (const name of placeholders(call.path))
			if (!names.includes(name))
				report([...at, 'path'], `Nothing fills {${name}} in the path`, `Use ${oneOf(names)}.`);
		if (
			!/^\/[^\s?#\\]*$/.test(call.path) ||
			/\/\/|\.\./.test(call.path) ||
			hasStrayBrace(call.path)
		)
			report(
				[...at, 'path'],
				'Is not a path below the connection',
				'Begin with one /, without .., query or spaces; placeholders as {name}.'
			);
	}
	for (const [header, text] of Object.entries(call.headers ?? {})) {
		const path = [...at, 'headers', header];
		if (FORBIDDEN_HEADERS.has(header.toLowerCase()))
			report(path, `The header ${header} belongs to the connection`, 'Remove it here.');
		for (const name of placeholders(text))
			if (name !== 'reference')
				report(path, `Nothing fills {${name}} in a header`, 'Use {reference} or plain text.');
	}
}
