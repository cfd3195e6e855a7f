"""Japanese. Only characters of JIS X 0208, so that the same text can be written in ISO-2022-JP."""

from __future__ import annotations

from mailkit.testing.samples.script import Language, Script, acme, customer

LANGUAGE = Language(
    code="ja",
    greetings=("{name}\n\nいつもお世話になっております。", "{name}\n\nお世話になっております。"),
    closings=("よろしくお願いいたします。", "何卒よろしくお願い申し上げます。"),
    deal="{subject} (Deal {number})",
    ticket="[Ticket #{number}] {subject}",
    reply_prefix="Re: ",
    forward_prefix="Fwd: ",
    sent_from_phone="iPhoneから送信",
    away_subject="自動応答: ",
    away_text=(
        "メールをいただきありがとうございます。{day}まで不在にしております。\n\n"
        "お急ぎの場合は代表電話までご連絡ください。"
    ),
)

SCRIPTS = (
    Script(
        "ja",
        "sales",
        "deal",
        "{product} {qty}台のお見積り依頼",
        (
            customer(
                "このたび第二工場の立ち上げに伴い、ラベルプリンター{product}を{qty}台導入したいと考えております。\n\n"
                "つきましては、送料込みのお見積りをお送りいただけますでしょうか。\n\n"
                "また、現在使用している{product2}のロールはそのまま使えますか。"
            ),
            acme(
                "お問い合わせありがとうございます。{product}は1台{price}ユーロ、{qty}台で合計{total}ユーロとなります。\n\n"
                "送料は上記金額に含まれております。\n\n"
                "{product2}のロールはそのままお使いいただけます。\n\n"
                "お見積りの有効期限は{day}です。"
            ),
            customer("早速のご回答ありがとうございます。社内で検討のうえ、今週中にご連絡いたします。"),
            customer("社内の承認がおりましたので、注文書{order}をお送りします。納期をご確認ください。"),
            acme("ご注文ありがとうございます。注文書{order}を確かに受領いたしました。納品は{day}の予定です。"),
        ),
    ),
    Script(
        "ja",
        "support",
        "ticket",
        "{product}の印字がかすれる件",
        (
            customer(
                "先週から{product}(製造番号{serial})の印字がかすれ、バーコードが読み取れないことがあります。\n\n"
                "ヘッドの清掃は行いましたが、改善しません。"
            ),
            acme(
                "ご不便をおかけして申し訳ございません。二点確認させてください。\n\n"
                "印字濃度の設定値はいくつになっていますか。\n\n"
                "ラベルの種類を最近変更されましたか。"
            ),
            customer("設定値は6です。\n\nはい、今月から新しい紙に変えました。", inline=True),
            acme("新しい紙の場合は、濃度を9に上げていただくと改善します。メニューの「印字」から変更できます。"),
            customer("濃度を変更したところ、きれいに印字できました。ありがとうございました。"),
        ),
    ),
    Script(
        "ja",
        "sales",
        "contact",
        "納品日変更のお願い",
        (
            customer(
                "ご注文番号{order}の件ですが、棚卸しのため、納品日を{day}に変更していただくことは可能でしょうか。"
            ),
            acme("承知いたしました。{day}の午前中にお届けするよう手配いたします。"),
            customer("ご対応いただきありがとうございます。当日は正門の守衛所にお越しください。"),
        ),
    ),
    Script(
        "ja",
        "support",
        "ticket",
        "納品書{lot}と数量が合わない件",
        (
            customer("本日届いた{product2}ですが、納品書{lot}の数量より二箱少ないようです。ご確認をお願いいたします。"),
            acme("大変申し訳ございません。倉庫に二箱残っておりました。本日中に発送いたします。"),
            customer("二箱、確かに受け取りました。迅速なご対応に感謝いたします。"),
        ),
    ),
)
