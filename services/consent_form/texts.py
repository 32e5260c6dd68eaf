"""What the form says, in English and Spanish, at a sixth-grade reading level.

The content is the proposed consent form of docs: no official release form of New York City was found, so counsel has
to agree to these words, and a native reader to the Spanish, before the form is used with parents. Terms follow
docs/glossary.md (sustento de menores, medidas de ejecución). Changing a word needs a new FORM_REVISION.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from schemas.values import Language


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the upper part with its sentence, and bullets where there is a list."""

    heading: str
    text: str
    bullets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormTexts:
    """Every printed word of one language; labels and hints by field name."""

    title: tuple[str, str]
    subtitle: str
    left: tuple[Section, ...]
    right: tuple[Section, ...]
    fill_in: str
    labels: Mapping[str, str]
    hints: Mapping[str, str]
    date_parts: tuple[str, str, str]
    declaration: str
    footer_help: str
    footer_form: str


_ENGLISH: Final = FormTexts(
    title=("Permission to share", "my child support information"),
    subtitle="Consent form for the Child Support Snapshot. New York City cases only.",
    left=(
        Section(
            "What this form does",
            "If you sign, the organization in box 5 can get a one-page report about your child support case. "
            "The report is called the Child Support Snapshot. It helps their staff help you.",
        ),
        Section(
            "What may be shared",
            "Only these facts about your case:",
            (
                "Payments on the case",
                "Past-due support, and who it is owed to",
                "Enforcement actions (steps taken to collect support)",
                "Next steps that may help you",
            ),
        ),
        Section(
            "Who may see it, and why",
            "Only staff of the organization in box 5, and only to help you with child support. "
            "They may not share it with anyone else.",
        ),
    ),
    right=(
        Section(
            "It is your choice",
            "You do not have to sign. The organization must help you the same way if you say no. "
            "Signing does not change your child support order.",
        ),
        Section(
            "How long it lasts",
            "12 months from the day you sign, unless you write other dates in box 5.",
        ),
        Section(
            "You can stop it at any time",
            "Tell the organization that you take back your permission. You can say it or write it, "
            "and you do not have to say why. After that, no one there may get or open a report about you. "
            "It cannot undo what they have already seen.",
        ),
        Section(
            "One form for each parent",
            "This form covers only you, and only the case in box 3. It does not share where the other parent "
            "lives or works.",
        ),
    ),
    fill_in="Fill in with black or blue ink. Print clearly in CAPITAL LETTERS.",
    labels=MappingProxyType(
        {
            "parent_name": "Your full name",
            "birth_date": "Your date of birth",
            "case_identifier": "New York Case Identifier",
            "role": "Your part in this case (check one)",
            "role_noncustodial": "I am the parent who pays support (noncustodial parent)",
            "role_custodial": "The child lives with me (custodial parent or guardian)",
            "organization": "Organization that may see the report",
            "starts_on": "From (if not today)",
            "expires_on": "To (if not 12 months)",
            "signature": "Your signature",
            "signed_on": "Date you sign",
            "safety": "Safety (optional).",
            "safety_yes": "Check here if it may be unsafe for you when someone learns about this. "
            "A staff member will look at your form before anything is shared.",
            "witness": "Witness (optional): name and signature",
        }
    ),
    hints=MappingProxyType({"case_identifier": "9 letters and numbers, such as AB12345C1"}),
    date_parts=("Month", "Day", "Year"),
    declaration="I read this form, or someone read it to me. I agree that the facts listed above about my case may be "
    "shared with the organization in box 5. I can stop this at any time.",
    footer_help="Questions about child support? Call 888-208-4485 (TTY 866-875-9975).",
    footer_form="Child support consent form · Revision {revision} · English",
)

_SPANISH: Final = FormTexts(
    title=("Permiso para compartir", "mi información de sustento de menores"),
    subtitle="Formulario de consentimiento. Solo casos de la ciudad de Nueva York.",
    left=(
        Section(
            "Para qué sirve este formulario",
            "Si firma, la organización de la casilla 5 puede recibir un informe de una página sobre su caso de "
            "sustento de menores (manutención). El informe se llama Child Support Snapshot. "
            "Sirve para que el personal le ayude.",
        ),
        Section(
            "Qué se puede compartir",
            "Solo estos datos de su caso:",
            (
                "Pagos en el caso",
                "Pagos atrasados y a quién se le deben",
                "Medidas de ejecución (lo que se hizo para cobrar)",
                "Próximos pasos que pueden ayudarle",
            ),
        ),
        Section(
            "Quién puede verlo y para qué",
            "Solo el personal de la organización de la casilla 5, y solo para ayudarle con el sustento de menores. "
            "No puede compartirlo con nadie más.",
        ),
    ),
    right=(
        Section(
            "Usted decide",
            "No está obligado a firmar. La organización debe ayudarle igual si dice que no. "
            "Firmar no cambia su orden de sustento.",
        ),
        Section(
            "Cuánto tiempo dura",
            "12 meses desde el día en que firma, si no escribe otras fechas en la casilla 5.",
        ),
        Section(
            "Puede cancelarlo en cualquier momento",
            "Diga a la organización que retira su permiso. Puede decirlo o escribirlo, y no tiene que explicar por "
            "qué. Después, nadie allí podrá recibir ni abrir un informe sobre usted. "
            "No puede deshacer lo que ya vieron.",
        ),
        Section(
            "Un formulario para cada padre o madre",
            "Este formulario es solo para usted y para el caso de la casilla 3. No comparte dónde vive o trabaja "
            "el otro padre o la otra madre.",
        ),
    ),
    fill_in="Llene con tinta negra o azul. Escriba claro, en LETRAS MAYÚSCULAS.",
    labels=MappingProxyType(
        {
            "parent_name": "Su nombre completo",
            "birth_date": "Su fecha de nacimiento",
            "case_identifier": "Identificador de caso",
            "role": "Su parte en este caso (marque una)",
            "role_noncustodial": "Yo pago el sustento (padre o madre sin custodia)",
            "role_custodial": "El menor vive conmigo (padre, madre o tutor con custodia)",
            "organization": "Organización que puede ver el informe",
            "starts_on": "Desde (si no es hoy)",
            "expires_on": "Hasta (si no son 12 meses)",
            "signature": "Su firma",
            "signed_on": "Fecha en que firma",
            "safety": "Seguridad (opcional).",
            "safety_yes": "Marque aquí si puede ser peligroso para usted que alguien sepa de esto. "
            "Una persona del personal revisará su formulario antes de compartir algo.",
            "witness": "Testigo (opcional): nombre y firma",
        }
    ),
    hints=MappingProxyType({"case_identifier": "9 letras y números, como AB12345C1"}),
    date_parts=("Mes", "Día", "Año"),
    declaration="Leí este formulario, o alguien me lo leyó. Acepto que los datos de mi caso que aparecen arriba se "
    "compartan con la organización de la casilla 5. Puedo cancelarlo en cualquier momento.",
    footer_help="¿Preguntas sobre sustento de menores? Llame al 888-208-4485 (TTY 866-875-9975).",
    footer_form="Formulario de consentimiento · Revisión {revision} · Español",
)

_TEXTS: Final = MappingProxyType({Language.ENGLISH: _ENGLISH, Language.SPANISH: _SPANISH})


def form_texts(language: Language) -> FormTexts:
    """Return the words of a language."""
    return _TEXTS[language]
