from uuid import UUID, uuid4

from notifier.rules.recipients import Contact, administrators, reviewers_for, to_be_told

UPLOADER = UUID(int=1)


def test_the_uploader_is_told_and_nobody_else() -> None:
    people = [Contact(UPLOADER, active=True), Contact(uuid4(), active=True, administers=True)]
    assert to_be_told(UPLOADER, people) == [UPLOADER]


def test_when_the_uploader_has_left_the_active_administrators_are_told() -> None:
    admin, left, staff = uuid4(), uuid4(), uuid4()
    people = [
        Contact(UPLOADER, active=False),
        Contact(admin, active=True, administers=True),
        Contact(left, active=False, administers=True),
        Contact(staff, active=True),
    ]
    assert to_be_told(UPLOADER, people) == [admin]


def test_an_uploader_of_another_organization_is_never_told() -> None:
    assert to_be_told(uuid4(), [Contact(UPLOADER, active=True)]) == []


def test_the_uploader_does_not_review_the_own_form() -> None:
    reviewer = uuid4()
    agency = [
        Contact(UPLOADER, active=True, reviews=True),
        Contact(reviewer, active=True, reviews=True),
        Contact(uuid4(), active=False, reviews=True),
        Contact(uuid4(), active=True),
    ]
    assert reviewers_for(UPLOADER, agency) == [reviewer]


def test_only_active_administrators_hear_of_the_organizations_own_affairs() -> None:
    admin = uuid4()
    people = [
        Contact(admin, active=True, administers=True),
        Contact(uuid4(), active=False, administers=True),
        Contact(uuid4(), active=True),
    ]
    assert administrators(people) == [admin]
