/** An expected failure is a value with a literal reason; exceptions are for bugs and broken infrastructure. */
export type Result<Value, Reason extends string, Detail = unknown> =
	{ ok: true; value: Value } | { ok: false; reason: Reason; detail?: Detail };

export const ok = <Value>(value: Value): { ok: true; value: Value } => ({ ok: true, value });

export const fail = <Reason extends string, Detail = undefined>(
	reason: Reason,
	detail?: Detail
): { ok: false; reason: Reason; detail?: Detail } =>
	detail === undefined ? { ok: false, reason } : { ok: false, reason, detail };
