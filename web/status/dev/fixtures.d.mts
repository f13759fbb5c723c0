export function client(more?: object): object;
export function fast(): object;
export function disconnected(): object;
export function relay(mode: string, more?: object): object;
