"""The platforms, in this process: what they accept, what they refuse, what people on them see."""
