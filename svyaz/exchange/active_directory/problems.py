"""What goes wrong between Svyaz and a directory, each with words of its own: whoever sets it up must know what to mend."""

from __future__ import annotations

from svyaz.kernel.problem import Problem


class DirectoryWrong(Problem):
    """The settings themselves: told before anybody is asked."""

    code = "directory_settings_wrong"  # facts: what


class DirectoryNotSet(Problem):
    code = "directory_not_set"
    status = 409


class PasswordEmpty(DirectoryWrong):
    """A server takes an empty password for «nobody» and says yes: it is never sent."""

    code = "directory_password_empty"


class AttributeWrong(DirectoryWrong):
    code = "directory_attribute_wrong"  # facts: attribute


class FieldNotTaken(DirectoryWrong):
    """A map names a field that the employee does not have, or that a directory does not fill."""

    code = "directory_field_unknown"  # facts: field


class FilterWrong(DirectoryWrong):
    code = "directory_filter_wrong"  # facts: filter


class CertificateNotRead(DirectoryWrong):
    code = "directory_certificate_not_read"


class DirectoryFailed(Problem):
    """The server was asked and it came to nothing: another time it may."""

    code = "directory_failed"  # facts: host, why
    status = 502


class HostUnknown(DirectoryFailed):
    code = "directory_host_unknown"  # facts: host


class HostNotAllowed(DirectoryFailed):
    """Not an address of a server: everybody's, nobody's, or where machines of a cloud keep their keys."""

    code = "directory_host_not_allowed"  # facts: host
    status = 422


class ConnectionRefusedThere(DirectoryFailed):
    code = "directory_refused"  # facts: host, port


class DirectorySilent(DirectoryFailed):
    code = "directory_silent"  # facts: host, seconds


class BrokeOff(DirectoryFailed):
    code = "directory_broke_off"  # facts: host


class NoTls(DirectoryFailed):
    code = "directory_no_tls"  # facts: host, port


class CertificateExpired(DirectoryFailed):
    code = "directory_certificate_expired"  # facts: host


class CertificateOfAnother(DirectoryFailed):
    code = "directory_certificate_name"  # facts: host


class CertificateForeign(DirectoryFailed):
    code = "directory_certificate_foreign"  # facts: host


class LoginRefused(DirectoryFailed):
    """Of the account that Svyaz itself reads with."""

    code = "directory_login_refused"  # facts: login
    status = 422


class PlaceUnknown(DirectoryFailed):
    code = "directory_base_unknown"  # facts: base
    status = 422


class AnswerCut(DirectoryFailed):
    """The server gave a part and said so: a part is never taken for the whole."""

    code = "directory_cut"  # facts: host


class NotPermitted(DirectoryFailed):
    code = "directory_denied"  # facts: login
    status = 422


class RunNotReady(Problem):
    code = "directory_run_state"  # facts: state
    status = 409


# --- of one person: told beside him, nobody else waits


class PersonNameless(Problem):
    code = "directory_person_nameless"  # facts: login


class EmailTwice(Problem):
    """Two people of the directory have one e-mail; for whom it is new, neither is made."""

    code = "directory_email_twice"  # facts: email, other


class PersonAmbiguous(Problem):
    code = "directory_person_ambiguous"  # facts: email, count


class ManagersInCircle(Problem):
    code = "directory_managers_in_circle"  # facts: people


class LoginTakenThere(Problem):
    code = "directory_login_taken"  # facts: login


class LoginAbsent(Problem):
    code = "directory_login_absent"


class PhotoNotTaken(Problem):
    code = "directory_photo_not_taken"


class ValueNotTaken(Problem):
    code = "directory_value_not_taken"  # facts: field, value


class LastAdministratorStays(Problem):
    code = "directory_last_administrator"  # facts: who
