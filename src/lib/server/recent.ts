/** Keeps the `most` last used values of a map and forgets the rest. */
export function createRecent<Value>(most: number) {
	const values = new Map<string, Value>();
	return {
		get(key: string): Value | undefined {
			const value = values.get(key);
			if (value === undefined) return undefined;
			// A Map iterates in order of insertion: to insert again is to become the newest.
			values.delete(key);
			values.set(key, value);
			return value;
		},
		set(key: string, value: Value): void {
			values.delete(key);
			values.set(key, value);
			for (const oldest of values.keys()) {
				if (values.size <= most) break;
				values.delete(oldest);
			}
		},
		/** Forgets every value of which this is true. */
		drop(unwanted: (value: Value, key: string) => boolean): void {
			for (const [key, value] of values) if (unwanted(value, key)) values.delete(key);
		},
		get size(): number {
			return values.size;
		}
	};
}

export type Recent<Value> = ReturnType<typeof createRecent<Value>>;
