/**
 * What a provider of the demo does with a message, by its recipient:
 * - `refuse`: answers with this code and takes nothing.
 * - `fault`: takes it and loses the answer (`applied-then-timeout`, `applied-then-500`), or takes
 *   nothing and does not answer (`timeout`).
 * - `statuses`: what is told afterwards, the default being that it arrives.
 * - `code`: of a status that is a failure.
 * - `early`: what is told comes before the call is answered.
 * - `copies`: how often each thing is told; `mixed`: in any order.
 */
export interface Script {
	refuse?: string;
	fault?: 'applied-then-timeout' | 'applied-then-500' | 'timeout';
	statuses?: string[];
	code?: string;
	early?: boolean;
	copies?: number;
	mixed?: boolean;
	/** For so many messages; then it is over. */
	times?: number;
}

export interface Scripts {
	/** `*` is everybody for whom nothing else is said. A script for all times is the last. */
	set(recipient: string, ...scripts: Script[]): void;
	/** Chooses for everybody for whom nothing is set. */
	otherwise(choose: (recipient: string) => Script): void;
	clear(): void;
	next(recipient: string): Script;
}

/** By the last digits, as at the phone: a demo gets its failures without a switch. */
const ENDINGS: Record<string, Script> = {
	'0000': { refuse: '21211' },
	'0001': { refuse: '21610' },
	'0002': { statuses: ['queued', 'sent', 'undelivered'], code: '30003' },
	'0003': { fault: 'applied-then-500', times: 1 }
};

export function createScripts(): Scripts {
	const plans = new Map<string, Script[]>();
	let choose = (recipient: string): Script => ENDINGS[recipient.slice(-4)] ?? {};
	return {
		otherwise: (chooser) => void (choose = chooser),
		set: (recipient, ...scripts) => void plans.set(recipient, [...scripts]),
		clear: () => plans.clear(),
		next(recipient) {
			const plan = plans.get(recipient) ?? plans.get('*');
			const script = plan?.[0];
			if (!plan || !script) return choose(recipient);
			if (script.times === undefined) return script;
			if (script.times <= 1) plan.shift();
			else plan[0] = { ...script, times: script.times - 1 };
			return script;
		}
	};
}

/** Each thing as often as the script says, in its order or any other. */
export function toldBy({ copies = 1, mixed }: Script, statuses: string[]): string[] {
	const told = statuses.flatMap((status) => Array.from({ length: copies }, () => status));
	if (!mixed) return told;
	return told
		.map((status) => ({ status, at: Math.random() }))
		.sort((one, other) => one.at - other.at)
		.map(({ status }) => status);
}
