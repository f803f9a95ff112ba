from tests.cast import romashka

__all__ = ["romashka"]
