import { type ActionFailure, error, fail, redirect, type RequestEvent } from '@sveltejs/kit';
import type { ConsoleRefusal } from '../../contracts/console.ts';
import type { Result } from '../../domain/result.ts';
import { MOST_SOURCE } from '../../contracts/workflow-changes.ts';
import { formFields } from './forms.ts';

/** A schema, as far as it is used here: routes and web bring no library for it. */
interface Schema<Value> {
	safeParse: (value: unknown) =>
		| { success: true; data: Value }
		| {
				success: false;
				error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] };
		  };
}

const STATUS: Record<ConsoleRefusal, number> = {
	forbidden: 404,
	'not-found': 404,
	'bad-input': 400,
	'no-draft': 404,
	'changed-meanwhile': 409,
	'bad-workflow': 422,
	'other-workflow': 422,
	overtaken: 409,
	'nothing-changed': 409,
	'already-proposed': 409,
	decided: 409,
	'own-change': 403,
	'switched-off': 409,
	unreadable: 422,
	'bad-comparison': 422,
	'not-published': 404,
	'unknown-customer': 404,
	unavailable: 503,
	'not-eligible': 409,
	'rule-error': 422,
	'unknown-workflow': 404,
	'bad-period': 400
};

/** What the page says of a refusal, and what it needs to show the form as it was typed. */
export const sayRefusal = <More extends object>(
	reason: ConsoleRefusal,
	more: More
): ActionFailure<{ reason: ConsoleRefusal } & More> => fail(STATUS[reason], { reason, ...more });

/** A refusal of a whole page. */
export const refusePage = (reason: ConsoleRefusal): never => error(STATUS[reason], reason);

/** A document may be larger than other forms; in UTF-8 each character takes up to three bytes. */
export const DRAFT_BYTES = MOST_SOURCE * 3 + 4_096;

/** The fields of a form, and what the schema makes of them with what stands in the address. */
export async function readForm<Value>(
	request: Request,
	schema: Schema<Value>,
	{
		more = {},
		most,
		gather = (fields) => fields
	}: {
		more?: Record<string, unknown>;
		most?: number;
		gather?: (fields: Record<string, string>) => Record<string, unknown>;
	} = {}
): Promise<
	| { ok: true; value: Value; fields: Record<string, string> }
	| { ok: false; fields: Record<string, string>; problem: string }
> {
	const fields = await formFields(request, most);
	const parsed = schema.safeParse({ ...gather(fields), ...more });
	if (parsed.success) return { ok: true, value: parsed.data, fields };
	const [issue] = parsed.error.issues;
	const problem = `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim();
	return { ok: false, fields, problem };
}

/** Does what a form of a page asks for, with what stands in its address; the page shows what came of it. */
export async function doByForm<Value>(
	event: Pick<RequestEvent<Record<string, string>>, 'request' | 'params' | 'url'>,
	schema: Schema<Value>,
	flow: (value: Value) => Promise<Result<unknown, ConsoleRefusal>>
): Promise<ActionFailure<{ reason: ConsoleRefusal; problem: string | undefined }>> {
	const form = await readForm(event.request, schema, { more: event.params });
	if (!form.ok) return sayRefusal('bad-input', { problem: form.problem });
	const done = await flow(form.value);
	if (done.ok) redirect(303, event.url.pathname);
	return sayRefusal(done.reason, { problem: undefined });
}
