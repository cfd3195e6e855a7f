"""By which words bounces written for people are known, in many languages."""

from __future__ import annotations

from .tables import phrases

__all__ = ["DAEMONS", "FAILURE_SUBJECTS", "FAILURE_WORDS", "GIVEN_UP", "MACHINES", "WARNING_WORDS"]

DAEMONS = (
    "mailer-daemon",
    "mailerdaemon",
    "postmaster",
    "post_master",
    "mail-daemon",
    "mailer_daemon",
    "microsoftexchange",
    "mdaemon",
)

FAILURE_WORDS = phrases(
    """
    undeliver | returned mail | returning | delivery status | delivery fail | delivery has failed | failure notice |
    delivery failure | delivery problem | delayed | not delivered | not be delivered | did not reach | mail failed |
    could not deliver | unable to deliver | wasn't able to deliver | mail failure | not able to deliver |
    trouble delivering | error sending your | error delivering | delivery error | no valid recipients |
    couldn't be delivered | unzustellbar |
    user unknown | unknown user | no such user here | delivery to the following | could not be reached | undelivered |
    mail delivery status |
    konnte nicht zugestellt | nicht zustellbar | zustellung fehlgeschlagen | non remis | échec de la remise |
    n'a pas pu être remis | non délivré | no se puede entregar | no se pudo entregar | no entregado |
    não é possível entregar | não foi possível entregar | não entregue | falha na entrega | impossibile recapitare |
    non recapitabile | recapito non riuscito | mancato recapito | niet te bestellen | onbestelbaar |
    niet worden bezorgd | det går inte att leverera | kunde inte levereras | leverans misslyckades |
    kan ikke leveres | kunne ikke leveres | uleverbar | ei voi toimittaa | toimitus epäonnistui | niedostarczon |
    nie można dostarczyć | nie dostarczono | nedoručiteln | nelze doručit | nedoručen | kézbesíthetetlen |
    nem kézbesíthető | nelivrabil | nu se poate livra | не удается доставить | не доставлено | недоставлен |
    невозможно доставить | не вдалося доставити | δεν είναι δυνατή η παράδοση | teslim edilemedi | iletilemedi |
    غير قابل للتسليم | تعذر تسليم | فشل التسليم | לא ניתן למסירה | tidak terkirim | gagal |
    tidak dapat dihantar | không thể gửi | không gửi được | ไม่สามารถส่ง | 未送達 | 未送达 | 無法傳遞 | 无法投递 |
    无法传递 | 退信 | 退回 | 配信不能 | 配信できませんでした | 送信できませんでした | 배달되지 않음 |
    배달할 수 없음 | 반송
    """
)

MACHINES = phrases(
    """
    postmaster | daemon | no-reply | noreply | gateway | mail_service | smtp | virus | administrator | admin | imss |
    system
    """
)

# How notices begin that no known daemon sends: believed only where ``legacy`` finds an address in them.
FAILURE_SUBJECTS = phrases(
    """
    メールエラー | undeliverable | returned mail |
    mail could not be delivered | delivery failure | delivery notification |
    mail delivery warning | mail delivery fail | failed mail | non-delivery: | warning: message | failure notice |
    warning: could not send | mail delivery problem | message delivery | undelivered mail | mail system error |
    undeliverable message |
    notice: mail delivery status | delivery status notification
    """
)

WARNING_WORDS = phrases(
    """
    delayed | warning only | warning message only | not yet been delivered | still being retried |
    transient non-fatal errors | will keep trying | delivery attempts will continue | will be retried |
    still undelivered
    """
)

GIVEN_UP = phrases("given up | giving up | permanent error | permanent fatal errors | not going to try again")
