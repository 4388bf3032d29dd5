"""異体字: kanji that are written differently and mean the same in names and places."""

import unicodedata

# Each group: the common form first, then its variants (旧字, 俗字). The compatibility forms of
# CP932 and Unicode (such as 福 in its old shape) are added from Unicode's own table below.
GROUPS = """
高髙 崎﨑嵜碕 斎斉齋齊齎亝 辺邊邉 浜濱濵 沢澤 広廣 国國圀 島嶋嶌 桜櫻 条條 徳德
真眞 恵惠 静靜 実實 蔵藏 竜龍 瀬瀨 滝瀧 渋澁澀 吉𠮷 富冨 峰峯 館舘 関關
鉄鐵銕鉃 学學斈 会會 栄榮 営營 円圓 応應 桑桒 遠逺 塩鹽 奥奧 横橫 温溫 穏穩
仮假 価價 画畫 絵繪 壊壞 懐懷 概槪 拡擴 楽樂 勧勸 巻卷 寛寬 観觀覌 気氣 帰歸
偽僞 戯戲 犠犧 旧舊 拠據 挙擧 峡峽 挟挾 狭狹 郷鄕 暁曉 区區 駆驅 勲勳 薫薰
径徑 茎莖 渓溪 経經 継繼 鶏鷄雞 芸藝 撃擊 県縣 倹儉 剣劍劔剱釼 険險 圏圈 検檢
献獻 権權 顕顯 験驗 厳嚴 効效 恒恆 黄黃 鉱鑛 号號 黒黑 済濟 砕碎 剤劑 雑雜
参參 桟棧 蚕蠶 惨慘 賛贊 残殘 糸絲 歯齒 児兒 辞辭 湿濕 写寫 釈釋 寿壽 収收
従從 獣獸 縦縱 粛肅 処處 緒緖 叙敍敘 将將 称稱 渉涉 焼燒 証證 奨奬 乗乘 浄淨
剰剩 畳疊 縄繩 壌壤 嬢孃 譲讓 醸釀 触觸 嘱囑 慎愼 寝寢 尽盡 図圖 粋粹 酔醉
穂穗 随隨 髄髓 枢樞 数數 声聲 清淸 青靑 専專 浅淺 戦戰 践踐 銭錢 潜潛 繊纖
禅禪 双雙 壮壯 争爭 荘莊 捜搜 挿插 巣巢 曽曾 装裝 騒騷 増增 臓臟 即卽 属屬
続續 堕墮 対對 体體 帯帶 滞滯 台臺 択擇 単單 担擔 胆膽 団團 弾彈 断斷 痴癡
遅遲 昼晝 虫蟲 鋳鑄 庁廳 徴徵 聴聽 鎮鎭 逓遞 転轉 伝傳 灯燈 当當 党黨 盗盜
稲稻 闘鬪 独獨 読讀 届屆 弐貳 悩惱 脳腦 覇霸 拝拜 廃廢 売賣 麦麥 発發 髪髮
抜拔 晩晚 蛮蠻 秘祕 瓶甁 払拂 仏佛 併倂 並竝 餅餠 変變 弁辨瓣辯 歩步 舗舖
宝寶寳 豊豐 褒襃 翻飜 毎每 万萬 満滿 麺麵 黙默 弥彌 戻戾 訳譯 薬藥 与與 予豫
余餘 誉譽 揺搖 様樣 謡謠 来來 頼賴 乱亂 覧覽 両兩 猟獵 緑綠 涙淚 塁壘 礼禮
励勵 霊靈 隷隸 齢齡 暦曆 歴歷 恋戀 錬鍊 炉爐 労勞 郎郞 楼樓 録錄 湾灣 亜亞
悪惡 圧壓 囲圍 為爲 医醫 隠隱 鋭銳 衛衞 駅驛 悦悅 閲閱 桧檜 柳栁桺 橋槗𣘺 梁𣏓
野埜 船舩 松枩柗 淵渕渊 涼凉 巌巖 鶴靏靍鸖 柏栢 兎兔莵 鳳鳯 翠翆 稚穉 穣穰 尭堯
槙槇 遥遙 瑶瑤 凛凜 煕熙凞 亘亙 侠俠 晋晉 蝉蟬 蛎蠣 頚頸 鴎鷗 鹸鹼 麹麴 諌諫
籠篭 檮梼 靭靱 祢禰袮 薩𦼆 蘆芦
"""

# U+F900 to U+FAFF and U+2F800 to U+2FA1F: the same kanji once more, in an older shape.
COMPATIBILITY = (*range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20))


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for group in GROUPS.split():
        for variant in group[1:]:
            table.setdefault(ord(variant), group[0])
    for code in COMPATIBILITY:
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1 and plain != chr(code):
            table.setdefault(code, table.get(ord(plain), plain))
    return table


VARIANTS: dict[int, str] = _table()


def variants_folded(text: str) -> str:
    """The text with every variant kanji as its common form (髙→高, 﨑→崎, 齋→斎); length stays."""
    return text if text.isascii() else text.translate(VARIANTS)
