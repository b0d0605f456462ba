"""The bundled sample: a reconstruction that the demo and the tests run on. Nothing imports it."""
