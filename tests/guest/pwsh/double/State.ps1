# The machine's state and the journal, shared by all processes of a machine.

$script:Machine = $env:PEER_WINDOWS_MACHINE

function ConvertTo-DoubleTable {
    # Tables whose names do not tell small letters from capitals, as Windows' own do not: since PowerShell 7.3 those of
    # ConvertFrom-Json do.
    param([AllowNull()][object]$Value)
    if ($Value -is [System.Collections.IDictionary]) {
        $table = @{}
        foreach ($entry in $Value.GetEnumerator()) {
            $inner = $entry.Value
            if ($inner -is [System.Collections.IDictionary] -or $inner -is [array]) {
                $inner = ConvertTo-DoubleTable -Value $inner
            }
            $table[$entry.Key] = $inner
        }
        return $table
    }
    if ($Value -is [array] -and @($Value | Where-Object -FilterScript { $_ -is [System.Collections.IDictionary] }).Count -gt 0) {
        return , [object[]]@($Value | ForEach-Object -Process { ConvertTo-DoubleTable -Value $_ })
    }
    return , $Value
}

function Read-DoubleState {
    param()
    $state = ConvertTo-DoubleTable -Value (ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($script:Machine + '/state.json')) -AsHashtable)
    # The user's password is in a file of its own, which the double of netapi32 changes.
    $state['password'] = [System.IO.File]::ReadAllText($script:Machine + '/password')
    # sc.exe, a program of its own, leaves a file for each service that it deletes.
    foreach ($file in [System.IO.Directory]::GetFiles($script:Machine + '/deleted-services')) {
        $state['services'].Remove([System.IO.Path]::GetFileName($file))
    }
    return $state
}

function ConvertTo-DoubleTime {
    # A time of the state as local time. PowerShell 7 reads a text in that form as a DateTime already.
    param([Parameter(Mandatory = $true)][object]$Value)
    if ($Value -is [DateTime]) {
        return $Value.ToLocalTime()
    }
    return [DateTime]::Parse($Value, [cultureinfo]::InvariantCulture, 'RoundtripKind').ToLocalTime()
}

function Get-DoubleDigest {
    # What is kept of a password that Windows would store: enough to know it again, and no more.
    param([Parameter(Mandatory = $true)][AllowEmptyString()][string]$Text)
    $bytes = [System.Security.Cryptography.SHA256]::Create().ComputeHash([System.Text.Encoding]::UTF8.GetBytes($Text))
    return ([BitConverter]::ToString($bytes) -replace '-', '')
}

function Get-DoubleProgramLog {
    # What the machine's programs were called with, a line each.
    param()
    $file = $script:Machine + '/programs.log'
    if (-not [System.IO.File]::Exists($file)) {
        return ''
    }
    return [System.IO.File]::ReadAllText($file)
}

function Edit-DoubleState {
    # Runs the body with the state, alone among all processes, and keeps what the body changed in it.
    param([Parameter(Mandatory = $true)][scriptblock]$Body)
    $end = [DateTime]::UtcNow.AddSeconds(30)
    $lock = $null
    while ($null -eq $lock) {
        try {
            $lock = [System.IO.File]::Open($script:Machine + '/state.lock', 'OpenOrCreate', 'ReadWrite', 'None')
        }
        catch {
            if ([DateTime]::UtcNow -gt $end) {
                throw
            }
            [System.Threading.Thread]::Sleep(20)
        }
    }
    try {
        $state = Read-DoubleState
        & $Body $state
        $state.Remove('password')
        $text = ConvertTo-Json -InputObject $state -Depth 20
        [System.IO.File]::WriteAllText($script:Machine + '/state.new', $text)
        [System.IO.File]::Move($script:Machine + '/state.new', $script:Machine + '/state.json', $true)
    }
    finally {
        $lock.Dispose()
    }
}

function Add-DoubleCall {
    # Notes a call: command and parameters as texts. Never a password: who has one says so by its kind.
    param([string]$Command, [System.Collections.IDictionary]$Parameter = @{})
    $texts = [ordered]@{}
    foreach ($name in $Parameter.Keys) {
        $texts[[string]$name] = [string]($Parameter[$name] -join ' ')
    }
    $line = ConvertTo-Json -InputObject ([ordered]@{ process = $PID; command = $Command; parameters = $texts }) -Depth 4 -Compress
    [System.IO.File]::AppendAllText($script:Machine + '/journal.jsonl', $line + "`n")
}

function Get-CallerPreference {
    # The error preference a compiled cmdlet would see: its own -ErrorAction, else the caller's.
    param([Parameter(Mandatory = $true)][System.Management.Automation.PSCmdlet]$Cmdlet)
    if ($Cmdlet.MyInvocation.BoundParameters.ContainsKey('ErrorAction')) {
        return $Cmdlet.MyInvocation.BoundParameters['ErrorAction']
    }
    return $Cmdlet.SessionState.PSVariable.GetValue('ErrorActionPreference', 'Continue')
}

function Write-DoubleError {
    # The error of a cmdlet, by its preference.
    # -Module: of a cmdlet that is a function of another module in Windows, and sees only its own -ErrorAction.
    param(
        [Parameter(Mandatory = $true)][System.Management.Automation.PSCmdlet]$Cmdlet,
        [Parameter(Mandatory = $true)][string]$Message,
        [string]$Category = 'ObjectNotFound',
        [System.Exception]$Exception,
        [switch]$Module
    )
    $preference = 'Continue'
    if (-not $Module -or $Cmdlet.MyInvocation.BoundParameters.ContainsKey('ErrorAction')) {
        $preference = [string](Get-CallerPreference -Cmdlet $Cmdlet)
    }
    if ($null -eq $Exception) {
        $Exception = [System.InvalidOperationException]::new($Message)
    }
    $record = [System.Management.Automation.ErrorRecord]::new($Exception, 'WindowsDouble', $Category, $null)
    if ('Stop' -eq $preference) {
        $Cmdlet.ThrowTerminatingError($record)
    }
    if (@('SilentlyContinue', 'Ignore') -notcontains $preference) {
        $Cmdlet.WriteError($record)
    }
}

function New-DoubleException {
    # A COM error by its number: what GetBaseException().HResult gives on Windows.
    param([Parameter(Mandatory = $true)][long]$HResult)
    # Signed or unsigned: the low 32 bits.
    $number = [BitConverter]::ToInt32([BitConverter]::GetBytes($HResult), 0)
    return [System.Runtime.InteropServices.COMException]::new(('HRESULT 0x{0:X8}' -f $number), $number)
}

function Add-DoubleMethod {
    # Gives an object methods: names and script blocks.
    param([Parameter(Mandatory = $true)][object]$Object, [Parameter(Mandatory = $true)][hashtable]$Method)
    foreach ($name in $Method.Keys) {
        $Object.PSObject.Methods.Add([System.Management.Automation.PSScriptMethod]::new($name, $Method[$name]))
    }
    return $Object
}
