"""Traditional Chinese is written in Taiwan's characters and Taiwan's words, and stays so."""

import re

import pytest

from rigcheck.i18n import load_catalogue

TRADITIONAL, SIMPLIFIED = (
    {key: text if isinstance(text, str) else "\n".join(text) for key, text in load_catalogue(language).texts.items()}
    for language in ("zh-Hant", "zh-Hans")
)
BIG5_FREQUENT = range(0xA440, 0xC67F)
"""Big5's level 1, the 5401 characters that Taiwan's schools teach; what Simplified brought is not among them, but for:"""
LOOKALIKE = frozenset("丑么丰于云仆伙佣儿几凶划后听坏并帘挂斗朴杰松涌灶筑范虫郁愿咸征荐晒扑里")
"""characters of that level which are Simplified for another one in all words that a live room has."""
RIGHTLY = re.compile("公里|里程|松木")
"""Words in which they are not."""
MAINLAND = {
    "軟件": "軟體", "硬件": "硬體", "文件": "檔案", "(?<!處理)程序": "程式", "接口": "介面、連接埠", "端口": "連接埠",
    "網絡": "網路", "服務器": "伺服器", "以太網": "乙太網路", "局域網": "區域網路", "(?<!網)域名": "網域名稱", "遠程": "遠端",
    "網卡": "網路介面", "網口": "網路孔", "(?<!上)網線": "網路線", "光貓": "數據機", "丟包": "封包遺失", "運營商": "電信業者",
    "帶寬": "頻寬", "碼率": "位元率", "比特": "位元", "幀": "影格", "分辨率": "解析度", "時延": "延遲", "推流": "推送、串流",
    "視頻": "影片、視訊", "音頻(?!寬)": "音訊", "音畫": "影音", "口型": "嘴型", "虛焦": "失焦", "採樣": "取樣", "採集": "擷取",
    "攝像": "攝影", "話筒": "麥克風", "聲卡": "音效裝置", "顯卡": "顯示卡", "調音台": "混音器", "發射機": "發射器", "推子": "推桿",
    "信噪比": "訊噪比", "信號": "訊號", "信息": "資訊", "數據(?!機)": "資料", "內存": "記憶體", "緩存": "快取", "[磁硬網]盤": "硬碟",
    "屏": "螢幕、直式", "鼠標": "滑鼠", "筆記本": "筆電", "插排": "延長線", "打印": "列印", "窗口": "視窗", "菜單": "選單",
    "默認": "預設", "設置": "設定", "配置": "設定檔", "內置": "內建", "自定": "自訂", "激活": "啟用", "卸載": "解除安裝", "加載": "載入",
    "登錄": "登入", "用戶": "使用者", "支持": "支援", "兼容": "相容", "質量": "品質", "優化": "最佳化", "渲染": "繪製", "回放": "重播",
    "變量": "變數", "令牌": "token", "鑰匙串": "鑰匙圈", "證書": "憑證", "休眠": "睡眠", "超時": "逾時", "直播伴侶": "平台的直播軟體",
}  # fmt: skip
"""Mainland China's terms (patterns), in Traditional characters as a converter would leave them, and what Taiwan says."""


def strange(text: str) -> set[str]:
    """Chinese characters that are not Traditional."""
    han = set(re.findall("[\u4e00-\u9fff]", RIGHTLY.sub("", text)))
    return {
        char for char in han if char in LOOKALIKE or int.from_bytes(char.encode("big5", "ignore")) not in BIG5_FREQUENT
    }


def test_every_character_is_traditional():
    assert not {key: found for key, text in TRADITIONAL.items() if (found := strange(text))}


def test_a_big5_console_shows_all_of_it():
    assert not [key for key, text in TRADITIONAL.items() if text.encode("big5", "replace").decode("big5") != text]


@pytest.mark.parametrize("term", MAINLAND)
def test_taiwan_says_it_otherwise(term):
    assert not {key: MAINLAND[term] for key, text in TRADITIONAL.items() if re.search(term, text)}


def test_the_rule_sees_simplified_chinese():
    """Of the long Simplified texts (a short one may be written alike), every single one."""
    long = {key: text for key, text in SIMPLIFIED.items() if len(re.findall("[\u4e00-\u9fff]", text)) > 16}
    assert len(long) > 200
    assert not {key: text for key, text in long.items() if not strange(text)}
