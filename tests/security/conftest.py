from tests.api.conftest import romashka, site

__all__ = ["romashka", "site"]
