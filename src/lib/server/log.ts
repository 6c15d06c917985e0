import pino, { type DestinationStream, type Logger } from 'pino';
import type { Config } from './config.ts';
import { cleanFields, cleanText } from './log-clean.ts';

/**
 * The logger: one line of JSON for each entry, without personal data, tokens or visit ids, and
 * with nothing in it that a terminal obeys. What is logged beside the message passes
 * `log-clean.ts`; pass ids and reasons, not whole rows.
 */
export function createLog(
	{ logLevel }: Pick<Config, 'logLevel'>,
	destination?: DestinationStream
): Logger {
	const log = pino(
		{
			level: logLevel,
			base: { pid: process.pid },
			timestamp: pino.stdTimeFunctions.isoTime,
			formatters: {
				level: (label) => ({ level: label }),
				log: (fields) => cleanFields(fields)
			},
			// The fields are clean and plain already: pino's own serialisers would look for errors.
			serializers: { err: (error: unknown) => error },
			hooks: {
				logMethod(args, method) {
					const [first, ...rest] = args as [unknown, ...unknown[]];
					const fields = typeof first === 'object' && first !== null ? first : null;
					const texts = fields ? rest : [first, ...rest];
					const message = texts.map((text) => cleanText(String(text))).join(' ');
					// One argument: no format is read out of it, `%s` in customer text stays `%s`.
					if (fields) Reflect.apply(method, this, [wrapped(fields), message]);
					else Reflect.apply(method, this, [message]);
				}
			}
		},
		destination ?? pino.destination({ fd: 1, sync: false, minLength: 0 })
	);
	// Children inherit this from their parent; pino's own formatter skips what they are bound to.
	// eslint-disable-next-line @typescript-eslint/unbound-method -- applied to the logger it is called on
	const { child } = log;
	log.child = function (this: Logger, bindings, options) {
		return Reflect.apply(child, this, [cleanFields(bindings), options]);
	};
	return log;
}

const wrapped = (fields: object): object => (fields instanceof Error ? { err: fields } : fields);
