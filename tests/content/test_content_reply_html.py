"""The HTML of mail programs, and what they forward: own samples of each program's manner."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from email.header import Header

import pytest

from mailkit.content import Content, read
from mailkit.content.written_dates import read_written_date
from mailkit.message import parse


def content(body: str, subject: str, kind: str = "text/html") -> Content:
    shown = Header(subject, "utf-8").encode()
    head = f"From: Bo Berg <bo@b.example>\nDate: Tue, 4 Jun 2024 09:00:00 +0200\nSubject: {shown}"
    return read(parse(f"{head}\nContent-Type: {kind}; charset=utf-8\n\n{body}\n".encode()))


# program: (HTML, new words)
REPLIES = {
    "outlook desktop": (
        (
            "<html><body lang=EN-US><div class=WordSection1><p class=MsoNormal>New words.<o:p></o:p></p><p "
            "class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style='border:none;border-top:solid #E1E1E1 "
            "1.0pt;padding:3.0pt 0in 0in 0in'><p class=MsoNormal><b>From:</b> Ana &lt;ana@acme.example&gt; "
            "<br><b>Sent:</b> Monday, June 3, 2024 12:53 PM<br><b>To:</b> Bo &lt;bo@b.example&gt;<br><b>"
            "Subject:</b> Offer<o:p></o:p></p></div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p><p "
            "class=MsoNormal>Old words<o:p></o:p></p></div></body></html>"
        ),
        "New words.",
    ),
    "outlook desktop old border": (
        (
            "<div class=WordSection1><p class=MsoNormal>New words.</p><div "
            "style='border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in'><p class=MsoNormal>"
            "<b>Von:</b> Ana<br><b>Gesendet:</b> Montag<br><b>An:</b> Bo<br><b>Betreff:</b> Offer</p></div>"
            "<p>Old words</p></div>"
        ),
        "New words.",
    ),
    "outlook desktop sig": (
        (
            "<div class=WordSection1><p class=MsoNormal>New words.</p><p class=MsoNormal>&nbsp;</p><p "
            "class=MsoNormal>Best regards,</p><p class=MsoNormal><b>Bo Berg</b></p><p class=MsoNormal>"
            "Sales</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>"
            "From:</b> Ana</p></div></div><p>Old words</p></div>"
        ),
        "New words.",
    ),
    "outlook mac": (
        (
            '<div>New words.</div><div><br></div><div id="mail-editor-reference-message-container"><div><div>'
            '<div><div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p><b>'
            "<span>From: </span></b><span>Ana &lt;ana@acme.example&gt;<br><b>Date: </b>Monday, 3 June 2024 "
            "at 12:53<br><b>To: </b>Bo<br><b>Subject: </b>Offer</span></p></div><div><p>Old words</p></div>"
            "</div></div></div></div>"
        ),
        "New words.",
    ),
    "outlook mac old": (
        (
            '<div>New words.</div><div><br></div><span id="OLK_SRC_BODY_SECTION"><div '
            'style="border-top:#b5c4df 1pt solid"><span>From: </span>Ana<br></div><div>Old words</div></span>'
        ),
        "New words.",
    ),
    "owa": (
        (
            '<div style="font-family:Calibri">New words.</div><div><br></div><div id="appendonsend"></div>'
            '<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">'
            '<font face="Calibri"><b>From:</b> Ana &lt;ana@acme.example&gt;<br><b>Sent:</b> Monday<br><b>'
            "To:</b> Bo<br><b>Subject:</b> Offer</font><div>&nbsp;</div></div><div>Old words</div>"
        ),
        "New words.",
    ),
    "owa x_": (
        '<div>New words.</div><hr><div id="x_divRplyFwdMsg"><b>From:</b> Ana</div><div>Old words</div>',
        "New words.",
    ),
    "owa sig": (
        (
            '<div class="elementToProof">New words.</div><div id="Signature"><p>Bo Berg</p><p>ACME</p></div>'
            '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Ana</div><div>Old '
            "words</div>"
        ),
        "New words.",
    ),
    "outlook mobile": (
        (
            '<html><body><div dir="auto">New words.</div><div id="ms-outlook-mobile-signature"><div><br>'
            '</div>Get <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div><hr '
            'style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Ana<br><b>'
            "Subject:</b> Offer<br></div>Old words</body></html>"
        ),
        "New words.",
    ),
    "outlook mobile2": (
        (
            '<div dir="ltr">New words.</div><div class="ms-outlook-mobile-reference-message skipProofing">'
            "<hr><b>From:</b> Ana<div>Old words</div></div>"
        ),
        "New words.",
    ),
    "outlook android": (
        (
            '<div dir="auto">New words.<br><br></div><div dir="auto" '
            'id="ms-outlook-mobile-body-separator-line"></div><div '
            'id="mail-editor-reference-message-container" class="ms-outlook-mobile-reference-message '
            'skipProofing" style="text-align:left"><div style="text-align:left"><b>From:</b>&nbsp;Ana</div>'
            "<div>Old words</div></div>"
        ),
        "New words.",
    ),
    "gmail web": (
        (
            '<div dir="ltr">New words.</div><br><div class="gmail_quote gmail_quote_container"><div '
            'dir="ltr" class="gmail_attr">On Mon, Jun 3, 2024 at 12:53 PM Ana &lt;<a '
            'href="mailto:ana@acme.example">ana@acme.example</a>&gt; wrote:<br></div><blockquote '
            'class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid '
            'rgb(204,204,204);padding-left:1ex"><div dir="ltr">Old words</div></blockquote></div>'
        ),
        "New words.",
    ),
    "gmail sig": (
        (
            '<div dir="ltr">New words.<br clear="all"><div><br></div><span class="gmail_signature_prefix">-- '
            '</span><br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature">Bo<br>'
            'ACME</div></div><br><div class="gmail_quote"><div class="gmail_attr">On x wrote:</div>'
            '<blockquote class="gmail_quote">Old words</blockquote></div>'
        ),
        "New words.",
    ),
    "gmail mobile auto": (
        (
            '<div dir="auto">New words.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
            'On Mon, 3 Jun 2024, 12:53 Ana, &lt;<a href="mailto:a@a.example">a@a.example</a>&gt; wrote:<br>'
            '</div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex"><div>Old words</div>'
            "</blockquote></div>"
        ),
        "New words.",
    ),
    "gmail old extra": (
        (
            '<div>New words.</div><div class="gmail_extra"><br><div class="gmail_quote">2014-06-03 12:53 '
            'GMT+02:00 Ana <span dir="ltr">&lt;<a href="mailto:a@a.example">a@a.example</a>&gt;</span>:<br>'
            '<blockquote class="gmail_quote"><div>Old words</div></blockquote></div></div>'
        ),
        "New words.",
    ),
    "apple mail": (
        (
            '<html><body style="word-wrap: break-word;">New words.<br><div><br><blockquote type="cite"><div>'
            "On Jun 3, 2024, at 12:53 PM, Ana &lt;ana@acme.example&gt; wrote:</div><br "
            'class="Apple-interchange-newline"><div>Old words</div></blockquote></div><br></body></html>'
        ),
        "New words.",
    ),
    "iphone": (
        (
            '<html><head></head><body dir="auto">New words.<div><br id="lineBreakAtBeginningOfSignature">'
            '<div dir="ltr">Sent from my iPhone</div><div dir="ltr"><br><blockquote type="cite">On Jun 3, '
            "2024, at 12:53 PM, Ana &lt;a@a.example&gt; wrote:<br><br></blockquote></div><blockquote "
            'type="cite"><div dir="ltr">\ufeffOld words</div></blockquote></div></body></html>'
        ),
        "New words.",
    ),
    "iphone id": (
        (
            '<body dir="auto">New words.<div><br><div dir="ltr">Dikirim dari iPhone saya</div><div dir="ltr">'
            '<br><blockquote type="cite">Pada 3 Jun 2024, pukul 12.53, Ana &lt;a@a.example&gt; menulis:<br>'
            '<br></blockquote></div><blockquote type="cite"><div dir="ltr">Old words</div></blockquote></div>'
            "</body>"
        ),
        "New words.",
    ),
    "thunderbird": (
        (
            '<body><p>New words.</p><div class="moz-signature">-- <br>Bo</div><div class="moz-cite-prefix">'
            'Am 03.06.24 um 12:53 schrieb Ana:<br></div><blockquote type="cite" cite="mid:1@a.example"><p>'
            "Old words</p></blockquote></body>"
        ),
        "New words.",
    ),
    "thunderbird below": (
        (
            '<body><div class="moz-cite-prefix">On 6/3/24 12:53, Ana wrote:<br></div><blockquote type="cite" '
            'cite="mid:1@a.example"><p>Old words</p></blockquote><p>New words.</p></body>'
        ),
        "New words.",
    ),
    "yahoo new": (
        (
            '<html><body><div class="ydp1yahoo-style-wrap"><div dir="ltr">New words.</div></div><div '
            'id="ydp2yahoo_quoted_1" class="ydp2yahoo_quoted"><div style="font-family:sans-serif"><div>On '
            "Monday, June 3, 2024 at 12:53:00 PM GMT+2, Ana &lt;a@a.example&gt; wrote:</div><div><br></div>"
            "<div>Old words</div></div></div></body></html>"
        ),
        "New words.",
    ),
    "yahoo mobile": (
        (
            'New words.<br><br><p class="yahoo-ios-signature"><a href="https://x">Sent from Yahoo Mail for '
            'iPhone</a></p><br><br><p class="yahoo-quoted-begin">On Monday, June 3, 2024, 12:53 PM, Ana '
            '&lt;a@a.example&gt; wrote:</p><blockquote class="iosymail"><div id="yiv1">Old words</div>'
            "</blockquote>"
        ),
        "New words.",
    ),
    "yahoo android": (
        (
            'New words.<br><br><div id="ymail_android_signature"><a href="https://x">Sent from Yahoo Mail on '
            'Android</a></div><br><blockquote style="margin: 0 0 20px 0;"><div style="font-family:Roboto">On '
            "Mon, Jun 3, 2024 at 12:53 PM, Ana</div><div>&lt;a@a.example&gt; wrote:</div><div "
            'style="padding: 10px 0 0 20px;margin: 10px 0 0 0;border-left: 1px solid #6D00F6;">Old '
            "words</div></blockquote>"
        ),
        "New words.",
    ),
    "yahoo old": (
        (
            '<div>New words.</div><div class="yahoo_quoted" style="display: block;"><div><hr size="1"><font>'
            "<b>From:</b> Ana<br></font></div><div>Old words</div></div>"
        ),
        "New words.",
    ),
    "aol": (
        (
            "<div>New words.</div><div><br></div><div>-----Original Message-----<br>From: Ana "
            "&lt;a@a.example&gt;<br>To: bo@b.example<br>Sent: Mon, Jun 3, 2024 12:53 pm<br>Subject: Offer<br>"
            "<br>Old words</div>"
        ),
        "New words.",
    ),
    "zimbra": (
        (
            '<html><body><div style="font-family: arial"><div>New words.</div><div '
            'data-marker="__SIG_POST__">--<br>Bo</div><hr id="zwchr" data-marker="__DIVIDER__"><div '
            'data-marker="__HEADERS__"><b>From: </b>"Ana" &lt;a@a.example&gt;<br><b>Sent: </b>Monday<br>'
            '</div><div data-marker="__QUOTED_TEXT__">Old words</div></div></body></html>'
        ),
        "New words.",
    ),
    "lotus": (
        (
            '<font size=2 face="sans-serif">New words.</font><br><br><br><br><font size=1 color=#5f5f5f '
            'face="sans-serif">From: &nbsp; &nbsp; &nbsp; &nbsp;</font><font size=1>Ana Adams/ACME</font><br>'
            "<font size=1>To: &nbsp;</font><font size=1>Bo/CLIENT@CLIENT</font><br><font size=1>Date: "
            "&nbsp;</font><font size=1>03.06.2024 12:53</font><br><font size=1>Subject: &nbsp;</font><font "
            "size=1>Offer</font><br><hr noshade><br><br>Old words"
        ),
        "New words.",
    ),
    "lotus dash": (
        (
            '<font face="Default Sans Serif"><div>New words.</div><br><br><font color="#990099">-----"Ana '
            'Adams" &lt;a@a.example&gt; wrote: -----</font><div class="iNotesHistory" '
            'style="padding-left:5px;"><div>To: "Bo" &lt;bo@b.example&gt;<br>From: "Ana" '
            "&lt;a@a.example&gt;<br>Date: 06/03/2024 12:53PM<br>Subject: Offer<br><br>Old words</div></div>"
            "</font>"
        ),
        "New words.",
    ),
    "proton": (
        (
            '<div style="font-family: Arial">New words.</div><div><br></div><div '
            'class="protonmail_signature_block"><div class="protonmail_signature_block-proton">Sent with <a '
            'href="https://proton.me/">Proton Mail</a> secure email.</div></div><div><br></div><div '
            'class="protonmail_quote">On Monday, June 3rd, 2024 at 12:53 PM, Ana &lt;a@a.example&gt; '
            'wrote:<br><br><blockquote class="protonmail_quote" type="cite">Old words<br></blockquote><br>'
            "</div>"
        ),
        "New words.",
    ),
    "samsung": (
        (
            '<html><body dir="auto"><div dir="auto">New words.</div><div dir="auto"><br></div><div '
            'dir="auto"><br></div><div id="composer_signature" dir="auto"><div style="font-size:12px">Sent '
            'from my Galaxy</div></div><div dir="auto"><br></div><div><br></div><div align="left" dir="auto" '
            'style="font-size:100%;color:#000000"><div>-------- Original message --------</div><div>From: '
            "Ana &lt;a@a.example&gt; </div><div>Date: 6/3/24  12:53 PM  (GMT+01:00) </div><div>To: "
            "bo@b.example </div><div>Subject: Offer </div><div><br></div></div>Old words</body></html>"
        ),
        "New words.",
    ),
    "spark": (
        (
            '<div name="messageBodySection"><div dir="auto">New words.</div></div><div '
            'name="messageReplySection">On 3 Jun 2024 at 12:53 +0200, Ana &lt;a@a.example&gt;, wrote:<br>'
            '<blockquote type="cite" style="border-left-color: grey; border-left-width: thin; '
            'border-left-style: solid;">Old words</blockquote></div>'
        ),
        "New words.",
    ),
    "spark sig": (
        (
            '<div name="messageBodySection"><div>New words.</div></div><div name="messageSignatureSection">'
            '<br>Bo Berg<br>CEO</div><div name="messageReplySection">Am 3. Juni 2024, 12:53 +0200 schrieb '
            'Ana:<br><blockquote type="cite">Old words</blockquote></div>'
        ),
        "New words.",
    ),
    "superhuman": (
        (
            '<div><div style="display: none;"></div><div><div><div>New words.</div></div><div><div '
            'style="display:none"></div><div class="sh-signature"><div class="gmail_signature">Sent via <a '
            'href="https://sprh.mn/">Superhuman</a></div></div></div><div><br></div><div class="gmail_quote">'
            'On Mon, Jun 03, 2024 at 12:53 PM, Ana <span dir="ltr">&lt;<a href="mailto:a@a.example">'
            'a@a.example</a>&gt;</span> wrote:<br><blockquote class="gmail_quote"><div>Old words</div>'
            "</blockquote></div></div></div>"
        ),
        "New words.",
    ),
    "k9": (
        (
            '<!DOCTYPE html><html><body><div dir="auto">New words.<br><br></div><br><br><div '
            'class="gmail_quote"><div dir="auto">Am 3. Juni 2024 12:53:00 MESZ schrieb Ana '
            '&lt;a@a.example&gt;:</div><blockquote class="gmail_quote" style="margin: 0pt 0pt 0pt 0.8ex">'
            '<div>Old words</div></blockquote></div><div class="k9mail-signature">-- <br>Sent from K-9</div>'
            "</body></html>"
        ),
        "New words.",
    ),
    "gmx": (
        (
            '<html><body><div style="font-family: Verdana"><div>New words.</div><div>&nbsp;<div name="quote" '
            'style="margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5;">'
            '<div style="margin:0 0 10px 0;"><b>Gesendet:</b>&nbsp;Montag, 03. Juni 2024 um 12:53 Uhr<br/><b>'
            'Von:</b>&nbsp;"Ana" &lt;a@a.example&gt;<br/><b>An:</b>&nbsp;bo@b.example<br/><b>Betreff:</b>'
            '&nbsp;Offer</div><div name="quoted-content">Old words</div></div></div></div></body></html>'
        ),
        "New words.",
    ),
    "mail.ru": (
        (
            '<html><body><div>New words.</div><div>&nbsp;</div><div data-signature-widget="container"><div '
            'data-signature-widget="content"><div>--<br>Bo</div></div></div><div>&nbsp;</div><blockquote '
            'style="border-left:1px solid #0857A6;margin:10px;padding:0 0 0 10px;">Понедельник, 3 июня 2024, '
            '12:53 +03:00 от Ana &lt;a@a.example&gt;:<br>&nbsp;<div id=""><div>Old words</div></div>'
            "</blockquote></body></html>"
        ),
        "New words.",
    ),
    "yandex": (
        (
            '<div>New words.</div><div>&nbsp;</div><div>03.06.2024, 12:53, "Ana" &lt;a@a.example&gt;:</div>'
            "<blockquote><div>Old words</div></blockquote>"
        ),
        "New words.",
    ),
    "yandex2": (
        (
            "<div><div>New words.</div></div><div><br></div><div>----------------</div><div>Кому: Bo "
            '(bo@b.example);</div><div>Тема: Offer;</div><div>03.06.2024, 12:53, "Ana" '
            "&lt;a@a.example&gt;:</div><blockquote><div>Old words</div></blockquote>"
        ),
        "New words.",
    ),
    "qq": (
        (
            '<div>New words.</div><div><includetail><div>&nbsp;</div><div style="font-size:12px;color:#000;">'
            '<div style="color:#909090;">------------------&nbsp;原始邮件&nbsp;------------------</div><div '
            'style="font-size: 12px;background:#efefef;padding:8px;"><div><b>发件人:</b>'
            '&nbsp;"Ana"&lt;a@a.example&gt;;</div><div><b>发送时间:</b>&nbsp;2024年6月3日(星期一) '
            '中午12:53</div><div><b>收件人:</b>&nbsp;"Bo"&lt;bo@b.example&gt;;</div><div><b>主题:</b>'
            "&nbsp;Offer</div></div><div>&nbsp;</div>Old words</div></includetail></div>"
        ),
        "New words.",
    ),
    "netease": (
        (
            '<div style="line-height:1.7">New words.<br><br><div id="isReplyContent" style="margin: 0"><br>'
            '在 2024-06-03 12:53:00，"Ana" &lt;a@a.example&gt; 写道：<br><blockquote id="isReplyContent" '
            'style="PADDING-LEFT: 1ex; MARGIN: 0px 0px 0px 0.8ex; BORDER-LEFT: #ccc 1px solid"><div>Old '
            "words</div></blockquote></div></div>"
        ),
        "New words.",
    ),
    "netease mac": (
        (
            '<div>New words.</div><div class="J-reply" style="background-color:#f2f2f2"><div>---- '
            "回复的原邮件 ----</div><table><tr><td>发件人</td><td>Ana&lt;a@a.example&gt;</td></tr><tr><td>"
            "日期</td><td>2024年06月03日 12:53</td></tr><tr><td>收件人</td><td>Bo</td></tr><tr><td>主题</td>"
            "<td>Offer</td></tr></table></div><div>Old words</div>"
        ),
        "New words.",
    ),
    "foxmail": (
        (
            '<div>New words.</div><div><br></div><hr style="width: 210px; height: 1px;" color="#b5c4df" '
            'size="1" align="left"><div><span><div>bo</div></span></div><blockquote style="margin-Top: 0px; '
            'margin-Bottom: 0px; margin-Left: 0.5em"><div>&nbsp;</div><div '
            'style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><div '
            'style="PADDING-RIGHT: 8px;"><div><b>发件人：</b>&nbsp;<a href="mailto:a@a.example">Ana</a></div>'
            "<div><b>发送时间：</b>&nbsp;2024-06-03&nbsp;12:53</div><div><b>收件人：</b>&nbsp;Bo</div><div>"
            "<b>主题：</b>&nbsp;Offer</div></div></div><div>Old words</div></blockquote>"
        ),
        "New words.",
    ),
    "naver": (
        (
            '<html><body><div style="font-size:10pt">New words.</div><p>&nbsp;</p><p style="font-size:10pt">'
            '-----Original Message-----<br><b>From:</b> "Ana"&lt;a@a.example&gt;<br><b>To:</b> '
            "&lt;bo@b.example&gt;;<br><b>Cc:</b> <br><b>Sent:</b> 2024-06-03 (월) 12:53:00 (GMT+09:00)<br><b>"
            "Subject:</b> Offer<br></p><div>Old words</div></body></html>"
        ),
        "New words.",
    ),
    "zoho": (
        (
            '<div style="font-family: Verdana"><div>New words.</div><div><br></div><div '
            'class="zmail_extra_hr" style="border-top: 1px solid rgb(204, 204, 204); height: 0px;"><br></div>'
            '<div class="zmail_extra" data-zbluepencil-ignore="true"><div><br></div><div id="Zm-_Id_-Sgn1">'
            "---- On Mon, 03 Jun 2024 12:53:00 +0200 <b>Ana &lt;a@a.example&gt;</b> wrote ---<br></div><div>"
            '<br></div><blockquote id="blockquote_zmail" style="margin: 0px;"><div>Old words</div>'
            "</blockquote></div></div>"
        ),
        "New words.",
    ),
    "front": (
        (
            '<div>New words.</div><div><br></div><div class="front-signature">Bo</div><br><div '
            'class="front-blockquote"><br>On June 3, 2024 at 12:53 PM GMT+2 <a>a@a.example</a> wrote:<br><br>'
            '<blockquote type="cite">Old words</blockquote></div>'
        ),
        "New words.",
    ),
    "missive": (
        (
            '<div>New words.</div><br><div class="missive_quote">On June 3, 2024 at 12:53 PM, Ana '
            '(a@a.example) wrote:<br><blockquote class="missive_quote">Old words</blockquote></div>'
        ),
        "New words.",
    ),
    "hey": (
        (
            '<div class="trix-content"><div>New words.</div></div><br><br>On June 3, 2024, Ana '
            "&lt;a@a.example&gt; wrote:<br><blockquote><div>Old words</div></blockquote>"
        ),
        "New words.",
    ),
    "tutanota": (
        (
            "<div>New words.</div><div><br></div><div>-- <br></div><div> Secured with Tuta Mail: <br></div>"
            "<div> https://tuta.com<br></div><div><br></div><div><br></div><div>3. Juni 2024, 12:53 von "
            'a@a.example:<br></div><blockquote class="tutanota_quote" style="border-left: 1px solid #93A3B8; '
            'padding-left: 10px; margin-left: 5px;"><div>Old words</div></blockquote>'
        ),
        "New words.",
    ),
    "mailbird": (
        (
            '<div id="mailbird">New words.<br><br><div class="__mbConvHr"><br></div><div '
            'class="history_container" type="cite" style="border-left-style:solid;border-width:1px; '
            "margin-top:20px; margin-left:0px;padding-left:10px;\"><p style='color: #AAAAAA; margin-top: "
            "10px;'>On 6/3/2024 12:53:00 PM, Ana &lt;a@a.example&gt; wrote:</p><div>Old words</div></div>"
            "</div>"
        ),
        "New words.",
    ),
    "emclient": (
        (
            '<div>New words.</div><div><br></div><div>------ Original Message ------</div><div>From "Ana" '
            '&lt;a@a.example&gt;</div><div>To "Bo"</div><div>Date 6/3/2024 12:53:00 PM</div><div>Subject '
            'Offer</div><div><br></div><div id="x1"><blockquote cite="1@a.example" type="cite" class="cite2">'
            "<div>Old words</div></blockquote></div>"
        ),
        "New words.",
    ),
    "icloud": (
        (
            "<div>New words.</div><div><br></div><div><br>On Jun 3, 2024, at 12:53 PM, Ana "
            '&lt;a@a.example&gt; wrote:<br><br></div><div><blockquote type="cite"><div class="msg-quote">Old '
            "words</div></blockquote></div>"
        ),
        "New words.",
    ),
    "roundcube": (
        (
            '<p>New words.</p><p id="reply-intro">On 2024-06-03 12:53, Ana wrote:</p><blockquote type="cite" '
            'style="padding: 0 0.4em; border-left: #1010ff 2px solid; margin: 0"><div>Old words</div>'
            "</blockquote>"
        ),
        "New words.",
    ),
    "evolution": (
        (
            '<body>New words.<br><br><div class="-x-evo-paragraph">On Mon, 2024-06-03 at 12:53 +0200, Ana '
            'wrote:</div><blockquote type="cite" style="margin:0 0 0 .8ex">Old words</blockquote></body>'
        ),
        "New words.",
    ),
    "freshdesk": (
        (
            '<div dir="ltr">New words.</div><br><div class="freshdesk_quote"><blockquote '
            'class="freshdesk_quote">On Mon, 3 Jun at 12:53 PM , ACME Support &lt;s@a.example&gt; wrote:<br>'
            "Old words</blockquote></div>"
        ),
        "New words.",
    ),
    "zendesk quote": (
        (
            '<div dir="ltr">New words.</div><br><div class="gmail_quote"><div class="gmail_attr">On x '
            'wrote:<br></div><blockquote class="gmail_quote"><div style="color:#b5b5b5">##- Please type your '
            "reply above this line -##</div>Old words</blockquote></div>"
        ),
        "New words.",
    ),
    "html inline": (
        (
            '<div>Hi Ana,<br></div><blockquote type="cite"><div>Question one?</div></blockquote><div>Answer '
            'one.</div><blockquote type="cite"><div>Question two? Old words</div></blockquote><div>Answer '
            "two.</div>"
        ),
        "Hi Ana,\n\nAnswer one.\n\nAnswer two.",
    ),
    "only quote": (
        (
            '<div><br></div><div class="gmail_quote"><div class="gmail_attr">On Mon, Jun 3, 2024 at 12:53 PM '
            'Ana &lt;a@a.example&gt; wrote:</div><blockquote class="gmail_quote">Old words</blockquote></div>'
        ),
        "",
    ),
    "pre plain in html": (
        ("<pre>New words.\n\nOn Mon, Jun 3, 2024 at 12:53 PM Ana &lt;a@a.example&gt; wrote:\n&gt; Old words\n</pre>"),
        "New words.",
    ),
    "outlook unknown lang": (
        (
            "<div class=WordSection1><p class=MsoNormal>New words.</p><div><div "
            "style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><p class=MsoNormal>"
            "<b>Xxx:</b> Ana<br><b>Yyy:</b> x</p></div></div><p>Old words</p></div>"
        ),
        "New words.",
    ),
    "legal": (
        (
            '<div>New words.</div><p>Best regards,<br>Bo Berg</p><p style="font-size:8pt">This e-mail and '
            "any attachments are confidential. If you are not the intended recipient, please delete it.</p>"
            '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Ana</div><div>Old '
            "words</div>"
        ),
        "New words.",
    ),
}

# program: (subject, text, new words)
FORWARDS = {
    "gmail fwd": (
        "Fwd: Offer",
        (
            "Look.\n\n---------- Forwarded message ---------\nFrom: Ana Adams <ana@a.example>\nDate: Mon, Jun 3, "
            "2024 at 12:53 PM\nSubject: Offer\nTo: Bo <bo@b.example>, <cy@c.example>\n\n\nOld words"
        ),
        "Look.",
    ),
    "gmail fwd de": (
        "Fwd: Offer",
        (
            "Schau.\n\n---------- Forwarded message ---------\nVon: Ana Adams <ana@a.example>\nDate: Mo., 3. "
            "Juni 2024 um 12:53 Uhr\nSubject: Offer\nTo: Bo <bo@b.example>\n\n\nOld words"
        ),
        "Schau.",
    ),
    "gmail fwd fr": (
        "Fwd: Offer",
        (
            "Voilà.\n\n---------- Forwarded message ---------\nDe : Ana Adams <ana@a.example>\nDate: lun. 3 juin "
            "2024 à 12:53\nSubject: Offer\nTo: Bo <bo@b.example>\n\n\nOld words"
        ),
        "Voilà.",
    ),
    "gmail fwd ja": (
        "Fwd: Offer",
        (
            "見て。\n\n---------- Forwarded message ---------\nFrom: Ana Adams <ana@a.example>\nDate: "
            "2024年6月3日(月) 12:53\nSubject: Offer\nTo: Bo <bo@b.example>\n\n\nOld words"
        ),
        "見て。",
    ),
    "gmail fwd id": (
        "Fwd: Offer",
        (
            "Lihat.\n\n---------- Forwarded message ---------\nDari: Ana Adams <ana@a.example>\nDate: Sen, 3 Jun "
            "2024 pukul 12.53\nSubject: Offer\nTo: Bo <bo@b.example>\n\n\nOld words"
        ),
        "Lihat.",
    ),
    "apple fwd": (
        "Fwd: Offer",
        (
            "Look.\n\nBegin forwarded message:\n\n> From: Ana Adams <ana@a.example>\n> Subject: Offer\n> Date: "
            "June 3, 2024 at 12:53:00 PM GMT+2\n> To: Bo <bo@b.example>\n> \n> Old words"
        ),
        "Look.",
    ),
    "apple fwd de": (
        "Fwd: Offer",
        (
            "Schau.\n\nAnfang der weitergeleiteten Nachricht:\n\n> Von: Ana Adams <ana@a.example>\n> Betreff: "
            "Offer\n> Datum: 3. Juni 2024 um 12:53:00 MESZ\n> An: Bo <bo@b.example>\n> \n> Old words"
        ),
        "Schau.",
    ),
    "apple fwd fr": (
        "Tr : Offer",
        (
            "Voilà.\n\nDébut du message réexpédié :\n\n> De: Ana Adams <ana@a.example>\n> Objet: Offer\n> Date: 3 "
            "juin 2024 à 12:53:00 UTC+2\n> À: Bo <bo@b.example>\n> \n> Old words"
        ),
        "Voilà.",
    ),
    "apple fwd zh": (
        "Fwd: Offer",
        (
            "请看。\n\n开始转发的邮件：\n\n> 发件人: Ana Adams <ana@a.example>\n> 主题: Offer\n> 日期: "
            "2024年6月3日 GMT+8 12:53:00\n> 收件人: Bo <bo@b.example>\n> \n> Old words"
        ),
        "请看。",
    ),
    "apple fwd id": (
        "Fwd: Offer",
        (
            "Lihat.\n\nMulai pesan yang diteruskan:\n\n> Dari: Ana Adams <ana@a.example>\n> Perihal: Offer\n> "
            "Tanggal: 3 Juni 2024 12.53.00 WIB\n> Kepada: Bo <bo@b.example>\n> \n> Old words"
        ),
        "Lihat.",
    ),
    "outlook fwd": (
        "FW: Offer",
        (
            "Look.\n\nFrom: Ana Adams <ana@a.example> \nSent: Monday, June 3, 2024 12:53 PM\nTo: Bo "
            "<bo@b.example>\nCc: Cy <cy@c.example>\nSubject: Offer\n\nOld words"
        ),
        "Look.",
    ),
    "outlook fwd de": (
        "WG: Offer",
        (
            "Schau.\n\nVon: Ana Adams <ana@a.example> \nGesendet: Montag, 3. Juni 2024 12:53\nAn: Bo "
            "<bo@b.example>\nBetreff: Offer\n\nOld words"
        ),
        "Schau.",
    ),
    "outlook fwd nothing": (
        "WG: Offer",
        (
            "Von: Ana Adams <ana@a.example> \nGesendet: Montag, 3. Juni 2024 12:53\nAn: Bo <bo@b.example>\n"
            "Betreff: Offer\n\nOld words"
        ),
        "",
    ),
    "outlook fwd fr": (
        "TR: Offer",
        (
            "Voilà.\n\n________________________________\nDe : Ana Adams <ana@a.example>\nEnvoyé : lundi 3 juin "
            "2024 12:53\nÀ : Bo <bo@b.example>\nObjet : Offer\n\nOld words"
        ),
        "Voilà.",
    ),
    "outlook fwd es": (
        "RV: Offer",
        (
            "Mira.\n\nDe: Ana Adams <ana@a.example> \nEnviado el: lunes, 3 de junio de 2024 12:53\nPara: Bo "
            "<bo@b.example>\nAsunto: Offer\n\nOld words"
        ),
        "Mira.",
    ),
    "outlook fwd pt": (
        "ENC: Offer",
        (
            "Veja.\n\nDe: Ana Adams <ana@a.example> \nEnviada em: segunda-feira, 3 de junho de 2024 12:53\nPara: "
            "Bo <bo@b.example>\nAssunto: Offer\n\nOld words"
        ),
        "Veja.",
    ),
    "outlook fwd it": (
        "I: Offer",
        (
            "Guarda.\n\nDa: Ana Adams <ana@a.example> \nInviato: lunedì 3 giugno 2024 12:53\nA: Bo <bo@b.example>"
            "\nOggetto: Offer\n\nOld words"
        ),
        "Guarda.",
    ),
    "outlook fwd nl": (
        "FW: Offer",
        (
            "Kijk.\n\nVan: Ana Adams <ana@a.example> \nVerzonden: maandag 3 juni 2024 12:53\nAan: Bo "
            "<bo@b.example>\nOnderwerp: Offer\n\nOld words"
        ),
        "Kijk.",
    ),
    "outlook fwd sv": (
        "VB: Offer",
        (
            "Titta.\n\nFrån: Ana Adams <ana@a.example> \nSkickat: den 3 juni 2024 12:53\nTill: Bo <bo@b.example>\n"
            "Ämne: Offer\n\nOld words"
        ),
        "Titta.",
    ),
    "outlook fwd da": (
        "VS: Offer",
        (
            "Se.\n\nFra: Ana Adams <ana@a.example> \nSendt: 3. juni 2024 12:53\nTil: Bo <bo@b.example>\nEmne: "
            "Offer\n\nOld words"
        ),
        "Se.",
    ),
    "outlook fwd fi": (
        "VL: Offer",
        (
            "Katso.\n\nLähettäjä: Ana Adams <ana@a.example> \nLähetetty: maanantai 3. kesäkuuta 2024 12.53\n"
            "Vastaanottaja: Bo <bo@b.example>\nAihe: Offer\n\nOld words"
        ),
        "Katso.",
    ),
    "outlook fwd pl": (
        "PD: Offer",
        (
            "Zobacz.\n\nOd: Ana Adams <ana@a.example> \nWysłano: poniedziałek, 3 czerwca 2024 12:53\nDo: Bo "
            "<bo@b.example>\nTemat: Offer\n\nOld words"
        ),
        "Zobacz.",
    ),
    "outlook fwd ru": (
        "FW: Offer",
        (
            "Смотри.\n\nОт: Ana Adams <ana@a.example> \nОтправлено: 3 июня 2024 г. 12:53\nКому: Bo <bo@b.example>"
            "\nТема: Offer\n\nOld words"
        ),
        "Смотри.",
    ),
    "outlook fwd zh": (
        "转发: Offer",
        (
            "请看。\n\n发件人: Ana Adams <ana@a.example>\n发送时间: 2024年6月3日 12:53\n收件人: Bo <bo@b.example>"
            "\n主题: Offer\n\nOld words"
        ),
        "请看。",
    ),
    "outlook fwd tw": (
        "轉寄: Offer",
        (
            "請看。\n\n寄件者: Ana Adams <ana@a.example>\n寄件日期: 2024年6月3日 下午 12:53\n收件者: Bo "
            "<bo@b.example>\n主旨: Offer\n\nOld words"
        ),
        "請看。",
    ),
    "outlook fwd ja": (
        "FW: Offer",
        (
            "見て。\n\n差出人: Ana Adams <ana@a.example>\n送信日時: 2024年6月3日 12:53\n宛先: Bo <bo@b.example>\n"
            "件名: Offer\n\nOld words"
        ),
        "見て。",
    ),
    "outlook fwd ko": (
        "전달: Offer",
        (
            "보세요.\n\n보낸 사람: Ana Adams <ana@a.example>\n보낸 날짜: 2024년 6월 3일 월요일 오후 12:53\n받는 "
            "사람: Bo <bo@b.example>\n제목: Offer\n\nOld words"
        ),
        "보세요.",
    ),
    "outlook fwd tr": (
        "İLT: Offer",
        (
            "Bak.\n\nKimden: Ana Adams <ana@a.example> \nGönderildi: 3 Haziran 2024 Pazartesi 12:53\nKime: Bo "
            "<bo@b.example>\nKonu: Offer\n\nOld words"
        ),
        "Bak.",
    ),
    "outlook fwd el": (
        "ΠΡΘ: Offer",
        (
            "Δες.\n\nΑπό: Ana Adams <ana@a.example> \nΣτάλθηκε: Δευτέρα, 3 Ιουνίου 2024 12:53\nΠρος: Bo "
            "<bo@b.example>\nΘέμα: Offer\n\nOld words"
        ),
        "Δες.",
    ),
    "outlook fwd he": (
        "FW: Offer",
        (
            "ראה.\n\nמאת: Ana Adams <ana@a.example>\nנשלח: יום שני 3 יוני 2024 12:53\nאל: Bo <bo@b.example>\n"
            "נושא: Offer\n\nOld words"
        ),
        "ראה.",
    ),
    "outlook fwd ar": (
        "FW: Offer",
        (
            "انظر.\n\nمن: Ana Adams <ana@a.example>\nتم الإرسال: 3 يونيو 2024 12:53\nإلى: Bo <bo@b.example>\n"
            "الموضوع: Offer\n\nOld words"
        ),
        "انظر.",
    ),
    "outlook fwd hu": (
        "TOV: Offer",
        (
            "Nézd.\n\nFeladó: Ana Adams <ana@a.example>\nElküldve: 2024. június 3., hétfő 12:53\nCímzett: Bo "
            "<bo@b.example>\nTárgy: Offer\n\nOld words"
        ),
        "Nézd.",
    ),
    "outlook fwd cs": (
        "FW: Offer",
        (
            "Viz.\n\nOd: Ana Adams <ana@a.example> \nOdesláno: pondělí 3. června 2024 12:53\nKomu: Bo "
            "<bo@b.example>\nPředmět: Offer\n\nOld words"
        ),
        "Viz.",
    ),
    "outlook fwd id": (
        "FW: Offer",
        (
            "Lihat.\n\nDari: Ana Adams <ana@a.example> \nTerkirim: 3 Juni 2024 12:53\nKepada: Bo <bo@b.example>\n"
            "Subjek: Offer\n\nOld words"
        ),
        "Lihat.",
    ),
    "outlook fwd vi": (
        "FW: Offer",
        (
            "Xem.\n\nTừ: Ana Adams <ana@a.example> \nĐã gửi: 3 tháng 6 2024 12:53\nĐến: Bo <bo@b.example>\nChủ "
            "đề: Offer\n\nOld words"
        ),
        "Xem.",
    ),
    "thunderbird fwd": (
        "Fwd: Offer",
        (
            "Look.\n\n\n-------- Forwarded Message --------\nSubject: \tOffer\nDate: \tMon, 3 Jun 2024 12:53:00 "
            "+0200\nFrom: \tAna Adams <ana@a.example>\nTo: \tBo <bo@b.example>\n\n\n\nOld words"
        ),
        "Look.",
    ),
    "thunderbird fwd de": (
        "Fwd: Offer",
        (
            "Schau.\n\n\n-------- Weitergeleitete Nachricht --------\nBetreff: \tOffer\nDatum: \tMon, 3 Jun 2024 "
            "12:53:00 +0200\nVon: \tAna Adams <ana@a.example>\nAn: \tBo <bo@b.example>\n\n\n\nOld words"
        ),
        "Schau.",
    ),
    "yahoo fwd": (
        "Fw: Offer",
        (
            "Look.\n\n----- Forwarded Message -----\nFrom: Ana Adams <ana@a.example>\nTo: Bo <bo@b.example>\n"
            "Sent: Monday, June 3, 2024 at 12:53:00 PM GMT+2\nSubject: Offer\n\nOld words"
        ),
        "Look.",
    ),
    "notes fwd": (
        "Fw: Offer",
        (
            "Look.\n\n----- Forwarded by Bo/CLIENT on 03.06.2024 13:00 -----\n\nFrom:\tAna Adams <ana@a.example>\n"
            "To:\tBo/CLIENT@CLIENT\nDate:\t03.06.2024 12:53\nSubject:\tOffer\n\nOld words"
        ),
        "Look.",
    ),
    "zimbra fwd": (
        "Fwd: Offer",
        (
            'Look.\n\n----- Forwarded Message -----\nFrom: "Ana Adams" <ana@a.example>\nTo: "Bo" <bo@b.example>\n'
            "Sent: Monday, June 3, 2024 12:53:00 PM\nSubject: Offer\n\nOld words"
        ),
        "Look.",
    ),
    "mail.ru fwd": (
        "Fwd: Offer",
        (
            "Смотри.\n\n\n-------- Пересылаемое сообщение --------\nОт: Ana Adams <ana@a.example>\nКому: "
            "bo@b.example\nДата: Понедельник, 3 июня 2024, 12:53 +03:00\nТема: Offer\n\nOld words"
        ),
        "Смотри.",
    ),
    "yandex fwd": (
        "Fwd: Offer",
        (
            'Смотри.\n\n-------- Пересылаемое сообщение --------\n03.06.2024, 12:53, "Ana Adams" <ana@a.example>'
            ":\n\nOld words\n\n-------- Конец пересылаемого сообщения --------"
        ),
        "Смотри.",
    ),
    "proton fwd": (
        "Fw: Offer",
        (
            "Look.\n\n------- Forwarded Message -------\nFrom: Ana Adams <ana@a.example>\nDate: On Monday, June "
            "3rd, 2024 at 12:53 PM\nSubject: Offer\nTo: Bo <bo@b.example>\n\n\n> Old words"
        ),
        "Look.",
    ),
    "qq fwd": (
        "转发：Offer",
        (
            '请看。\n\n------------------ 原始邮件 ------------------\n发件人: "Ana Adams" <ana@a.example>;\n'
            '发送时间: 2024年6月3日(星期一) 中午12:53\n收件人: "Bo"<bo@b.example>;\n主题: Offer\n\nOld words'
        ),
        "请看。",
    ),
    "163 fwd": (
        "转发：Offer",
        (
            '请看。\n\n-------- 转发邮件信息 --------\n发件人："Ana Adams" <ana@a.example>\n发送日期：2024-06-03 '
            '12:53:00\n收件人："Bo" <bo@b.example>\n主题：Offer\n\nOld words'
        ),
        "请看。",
    ),
    "no prefix gmail": (
        "Offer",
        (
            "Look.\n\n---------- Forwarded message ----------\nFrom: Ana Adams <ana@a.example>\nDate: Mon, Jun "
            "3, 2024 at 12:53 PM\nSubject: Offer\nTo: Bo <bo@b.example>\n\nOld words"
        ),
        "Look.",
    ),
    "samsung fwd": (
        "Fwd: Offer",
        (
            "Look.\n\n-------- Original message --------\nFrom: Ana Adams <ana@a.example>\nDate: 6/3/24 12:53 PM "
            "(GMT+01:00)\nTo: bo@b.example\nSubject: Offer\n\nOld words"
        ),
        "Look.",
    ),
    "outlook orig fwd": (
        "FW: Offer",
        (
            "Look.\n\n-----Original Message-----\nFrom: Ana Adams <ana@a.example> \nSent: Monday, June 3, 2024 "
            "12:53 PM\nTo: Bo <bo@b.example>\nSubject: Offer\n\nOld words"
        ),
        "Look.",
    ),
}

HTML_FORWARDS = {
    "html gmail fwd": (
        "Fwd: Offer",
        (
            '<div dir="ltr">Look.<br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
            '---------- Forwarded message ---------<br>From: <strong class="gmail_sendername" dir="auto">Ana '
            'Adams</strong> <span dir="auto">&lt;<a href="mailto:ana@a.example">ana@a.example</a>&gt;</span>'
            "<br>Date: Mon, Jun 3, 2024 at 12:53 PM<br>Subject: Offer<br>To:  &lt;<a "
            'href="mailto:bo@b.example">bo@b.example</a>&gt;<br></div><br><br><div dir="ltr">Old words</div>'
            "</div></div>"
        ),
        "Look.",
    ),
    "html outlook fwd": (
        "FW: Offer",
        (
            "<html><body lang=EN-US><div class=WordSection1><p class=MsoNormal>Look.<o:p></o:p></p><p "
            "class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style='border:none;border-top:solid #E1E1E1 "
            "1.0pt;padding:3.0pt 0in 0in 0in'><p class=MsoNormal><b>From:</b> Ana &lt;ana@a.example&gt; <br>"
            "<b>Sent:</b> Monday, June 3, 2024 12:53 PM<br><b>To:</b> Bo &lt;bo@b.example&gt;<br><b>"
            "Subject:</b> Offer<o:p></o:p></p></div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p><p "
            "class=MsoNormal>Old words<o:p></o:p></p></div></body></html>"
        ),
        "Look.",
    ),
    "html owa fwd de": (
        "WG: Offer",
        (
            '<div>Schau.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Von:</b> Ana '
            "&lt;ana@a.example&gt;<br><b>Gesendet:</b> Montag, 3. Juni 2024 12:53<br><b>An:</b> Bo "
            "&lt;bo@b.example&gt;<br><b>Betreff:</b> Offer</div><div>Old words</div>"
        ),
        "Schau.",
    ),
    "html apple fwd": (
        "Fwd: Offer",
        (
            '<div>Look.<br><div><br><blockquote type="cite"><div>Begin forwarded message:</div><br><div>'
            '<span><b>From: </b></span><span>Ana Adams &lt;<a href="mailto:ana@a.example">ana@a.example</a>'
            "&gt;<br></span></div><div><span><b>Subject: </b></span><span><b>Offer</b><br></span></div><div>"
            "<span><b>Date: </b></span><span>June 3, 2024 at 12:53:00 PM GMT+2<br></span></div><div><span><b>"
            "To: </b></span><span>Bo &lt;bo@b.example&gt;<br></span></div><br><div>Old words</div>"
            "</blockquote></div></div>"
        ),
        "Look.",
    ),
    "html thunderbird fwd": (
        "Fwd: Offer",
        (
            '<p>Look.</p><div class="moz-forward-container"><br><br>-------- Forwarded Message '
            '--------<table class="moz-email-headers-table" cellspacing="0"><tbody><tr><th align="RIGHT" '
            'nowrap valign="BASELINE">Subject: </th><td>Offer</td></tr><tr><th>Date: </th><td>Mon, 3 Jun '
            '2024 12:53:00 +0200</td></tr><tr><th>From: </th><td>Ana Adams <a class="moz-txt-link-rfc2396E" '
            'href="mailto:ana@a.example">&lt;ana@a.example&gt;</a></td></tr><tr><th>To: </th><td>Bo '
            "&lt;bo@b.example&gt;</td></tr></tbody></table><br><br>Old words</div>"
        ),
        "Look.",
    ),
    "html zimbra fwd": (
        "Fwd: Offer",
        (
            '<div>Look.</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>'
            'From: </b>"Ana" &lt;ana@a.example&gt;<br><b>To: </b>"Bo" &lt;bo@b.example&gt;<br><b>Sent: </b>'
            "Monday, June 3, 2024 12:53:00 PM<br><b>Subject: </b>Offer<br></div><div "
            'data-marker="__QUOTED_TEXT__">Old words</div>'
        ),
        "Look.",
    ),
    "html yahoo fwd": (
        "Fw: Offer",
        (
            '<div>Look.</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div><div>----- Forwarded Message '
            "-----</div><div><b>From:</b> Ana &lt;ana@a.example&gt;</div><div><b>To:</b> Bo "
            "&lt;bo@b.example&gt;</div><div><b>Sent:</b> Monday, June 3, 2024 at 12:53:00 PM GMT+2</div><div>"
            "<b>Subject:</b> Offer</div><div><br></div><div>Old words</div></div></div>"
        ),
        "Look.",
    ),
}


@pytest.mark.parametrize("program", REPLIES)
def test_new_words_in_the_html_of_programs(program: str) -> None:
    html, new = REPLIES[program]
    view = content(html, "Re: Offer")
    assert view.reply_text == new
    assert "Old words" in "\n".join(view.quoted)


@pytest.mark.parametrize("program", FORWARDS | HTML_FORWARDS)
def test_forwards_name_whom_they_are_from(program: str) -> None:
    kind = "text/html" if program in HTML_FORWARDS else "text/plain"
    subject, text, new = (FORWARDS | HTML_FORWARDS)[program]
    view = content(text, subject, kind)
    assert view.reply_text == new
    original = view.original
    assert original is not None
    assert original.sender is not None
    assert original.sender.address.endswith("@a.example") or original.sender.address == "ana@acme.example"
    assert original.subject == ("" if program == "yandex fwd" else "Offer")
    assert original.text.strip("> \n").startswith("Old words")
    assert original.date is not None
    assert original.date.date() == date(2024, 6, 3)


def test_quotations_that_html_marks_need_no_announcement() -> None:
    html = '<div>New words.</div><div>Kzz<blockquote type="cite">Old words</blockquote></div>'
    assert "Old words" not in content(html, "Offer").reply_text
    assert content("<blockquote>Own words</blockquote><p>of mine</p>", "Offer").reply_text.split()[:2] == [
        "Own",
        "words",
    ]


def test_a_signature_within_a_signature() -> None:
    html = '<p>New words.</p><div class="x-signature">Bo<div class="gmail_signature">ACME</div></div><p>More.</p>'
    view = content(html, "Re: Offer")
    assert view.reply_text == "New words.\n\nMore."
    assert view.signature.split() == ["Bo", "ACME"]


HERE = timezone(timedelta(hours=7))


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("Monday, June 3, 2024 1:05 PM", (2024, 6, 3, 13, 5, 0)),
        ("12/31/2024 12:05 AM", (2024, 12, 31, 0, 5, 0)),
        ("31/12/2024 23:05", (2024, 12, 31, 23, 5, 0)),
        ("03.06.24 09:05:07", (2024, 6, 3, 9, 5, 7)),
        ("2024-06-03 9:05", (2024, 6, 3, 9, 5, 0)),
        ("2024年6月3日 下午1:05", (2024, 6, 3, 13, 5, 0)),
        ("2024. 6. 3. 오후 1:05", (2024, 6, 3, 13, 5, 0)),
        ("٣ يونيو ٢٠٢٤ ١٣:٠٥", (2024, 6, 3, 13, 5, 0)),
        ("3 มิถุนายน 2567 13:05", (2024, 6, 3, 13, 5, 0)),
        ("2024. június 3. 13:05", (2024, 6, 3, 13, 5, 0)),
        ("3 Haziran 2024 Pazartesi 13:05", (2024, 6, 3, 13, 5, 0)),
    ],
)
def test_dates_written_for_people(text: str, when: tuple[int, int, int, int, int, int]) -> None:
    assert read_written_date(text, HERE) == datetime(*when, tzinfo=HERE)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("3 Jun 2024 12:53 GMT+2", 2),
        ("3 Jun 2024 12:53 +0530", 5.5),
        ("3. Juni 2024 12:53 MESZ", 2),
        ("June 3, 2024 12:53 UTC", 0),
    ],
)
def test_zones_of_dates_written_for_people(text: str, hours: float) -> None:
    found = read_written_date(text, HERE)
    assert found is not None
    assert found.utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "03/04/2024 10:00", "3 Foo 2024 10:00", "June 2024", "31.02.2024 10:00", "99:99 1 Jun 2024"],
)
def test_dates_that_are_not_sure_are_not_read(text: str) -> None:
    assert read_written_date(text, HERE) is None
