// Exports a check for each action that takes parameters; its name is the action's, with `_` for the dots.
export {};
