// Stands in for packages that are declared but not used on the way from a bundle to a component.

export default undefined;
