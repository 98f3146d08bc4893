# What the guest's entry and the preparation share: failures, JSON, facts about the machine, checked input.
# Only definitions: this file is dot-sourced by PeerLab.psm1 and put in front of the preparation.

$script:ContractVersion = 1
$script:GuestDirectory = 'C:/ProgramData/PeerLab'

function New-PeerFailure {
    <#
    .SYNOPSIS
    An exception with a stable code, a sentence and a hint; to be thrown. No secret belongs into any of them.
    #>
    param(
        [Parameter(Mandatory = $true)][string]$Code,
        [Parameter(Mandatory = $true)][string]$Message,
        [Parameter(Mandatory = $true)][string]$Hint,
        [string]$HResult
    )
    $exception = New-Object -TypeName System.InvalidOperationException -ArgumentList $Message
    $exception.Data['PeerLab.Code'] = $Code
    $exception.Data['PeerLab.Message'] = $Message
    $exception.Data['PeerLab.Hint'] = $Hint
    if ($HResult) {
        $exception.Data['PeerLab.HResult'] = $HResult
    }
    return $exception
}

function ConvertTo-GuestFailure {
    <#
    .SYNOPSIS
    The failure object of the contract for an error record, whatever it came from.
    .PARAMETER Secret
    Texts that must not appear: an unexpected error of PowerShell quotes the values it stumbled over.
    #>
    param(
        [Parameter(Mandatory = $true)][System.Management.Automation.ErrorRecord]$ErrorRecord,
        [string[]]$Secret = @()
    )
    # A failing .NET call arrives wrapped in a MethodInvocationException.
    $exception = $ErrorRecord.Exception
    while ($null -ne $exception) {
        if ($exception.Data.Contains('PeerLab.Code')) {
            $failure = [ordered]@{ code = [string]$exception.Data['PeerLab.Code'] }
            if ($exception.Data.Contains('PeerLab.HResult')) {
                $failure['hresult'] = [string]$exception.Data['PeerLab.HResult']
            }
            $failure['message'] = [string]$exception.Data['PeerLab.Message']
            $failure['hint'] = [string]$exception.Data['PeerLab.Hint']
            return $failure
        }
        $exception = $exception.InnerException
    }
    $text = $ErrorRecord.Exception.Message
    foreach ($value in $Secret) {
        if ($value) {
            $text = $text.Replace($value, '***')
        }
    }
    # A quoted value may be cut short, and then a replacement misses it: where there are secrets, long texts are left out.
    if ($Secret.Count -gt 0 -and $text.Length -gt 300) {
        $text = '(text left out)'
    }
    $place = ''
    if ($ErrorRecord.InvocationInfo -and $ErrorRecord.InvocationInfo.ScriptName) {
        $place = ' at {0}:{1}' -f (Split-Path -Path $ErrorRecord.InvocationInfo.ScriptName -Leaf), $ErrorRecord.InvocationInfo.ScriptLineNumber
    }
    return [ordered]@{
        code    = 'Unexpected'
        message = '{0}{1}: {2}' -f $ErrorRecord.Exception.GetType().Name, $place, $text
        hint    = 'Run the action by hand on the machine, with the same request on standard input, and read the whole error.'
    }
}

function ConvertTo-AsciiJson {
    <#
    .SYNOPSIS
    One line of JSON in ASCII: everything else as \u escapes, since the output goes through the OEM code page.
    #>
    param([Parameter(Mandatory = $true)][AllowNull()][object]$Value)
    $json = ConvertTo-Json -InputObject $Value -Depth 12 -Compress
    return [regex]::Replace($json, '[^\x20-\x7e]', {
            param($match)
            '\u{0:x4}' -f [int][char]$match.Value
        })
}

function Get-MachineInstance {
    <#
    .SYNOPSIS
    Azure's vmId of this machine in small letters, from the instance metadata service, else from the SMBIOS; empty where
    neither answers.
    #>
    $form = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    try {
        $request = [System.Net.WebRequest]::Create('http://169.254.169.254/metadata/instance/compute/vmId?api-version=2021-02-01&format=text')
        $request.Headers['Metadata'] = 'true'
        # The service refuses proxied requests, and a configured proxy would hang where it cannot reach it.
        $request.Proxy = $null
        $request.Timeout = 3000
        $response = $request.GetResponse()
        try {
            $reader = New-Object -TypeName System.IO.StreamReader -ArgumentList $response.GetResponseStream()
            $text = $reader.ReadToEnd().Trim().ToLowerInvariant()
        }
        finally {
            $response.Close()
        }
        if ($text -match $form) {
            return $text
        }
    }
    catch {
        Write-Verbose -Message 'The instance metadata service does not answer.'
    }
    try {
        $product = Get-CimInstance -ClassName Win32_ComputerSystemProduct -ErrorAction Stop
        $text = ([string]$product.UUID).Trim().ToLowerInvariant()
        if ($text -match $form) {
            return $text
        }
    }
    catch {
        Write-Verbose -Message 'The SMBIOS does not tell either.'
    }
    return ''
}

function Get-MachineFact {
    <#
    .SYNOPSIS
    The fields that every answer carries.
    #>
    param([string]$Instance = (Get-MachineInstance))
    $windows = Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
    return [ordered]@{
        contract     = $script:ContractVersion
        computerName = [string]$env:COMPUTERNAME
        instance     = $Instance
        osBuild      = '{0}.{1}.{2}.{3}' -f $windows.CurrentMajorVersionNumber, $windows.CurrentMinorVersionNumber, $windows.CurrentBuildNumber, $windows.UBR
    }
}

function Get-Field {
    <#
    .SYNOPSIS
    A field of an object out of JSON; null where it is absent (strict mode makes a plain access fail).
    #>
    param([AllowNull()][object]$Object, [Parameter(Mandatory = $true)][string]$Name)
    if ($null -eq $Object) {
        return $null
    }
    $property = $Object.PSObject.Properties[$Name]
    if ($null -eq $property) {
        return $null
    }
    # The comma keeps an array of one element an array; callers must not wrap the result in @() again.
    if ($property.Value -is [array]) {
        return , $property.Value
    }
    return $property.Value
}

function New-RequestFailure {
    <#
    .SYNOPSIS
    InvalidRequest for one field. Names the kind of what was received, never its content: it may be a secret.
    #>
    param([string]$Path, [AllowNull()][object]$Value, [string]$Allowed)
    $received = 'nothing'
    if ($null -ne $Value) {
        $received = 'a value of type {0}' -f $Value.GetType().Name
        if ($Value -is [string]) {
            $received = 'a text of {0} characters' -f $Value.Length
        }
    }
    return New-PeerFailure -Code 'InvalidRequest' -Message ('{0}: expected {1}, received {2}.' -f $Path, $Allowed, $received) -Hint 'Send the request in the form of the contract.'
}

function Get-TextField {
    <#
    .SYNOPSIS
    A text of a request that matches a pattern, or a failure that names the field.
    #>
    param(
        [AllowNull()][object]$Object,
        [Parameter(Mandatory = $true)][string]$Name,
        [string]$Path = $Name,
        [string]$Pattern = '(?s)^.+$',
        [string]$Allowed = 'a text that is not empty',
        [switch]$Optional
    )
    $value = Get-Field -Object $Object -Name $Name
    if ($null -eq $value -and $Optional) {
        return $null
    }
    if ($value -isnot [string] -or $value -cnotmatch $Pattern) {
        throw (New-RequestFailure -Path $Path -Value $value -Allowed $Allowed)
    }
    return $value
}

function Assert-KnownField {
    <#
    .SYNOPSIS
    Refuses fields that the contract does not have: they would be ignored in silence.
    #>
    param([AllowNull()][object]$Object, [Parameter(Mandatory = $true)][string[]]$Allowed, [Parameter(Mandatory = $true)][string]$Path)
    if ($Object -isnot [System.Management.Automation.PSCustomObject]) {
        throw (New-RequestFailure -Path $Path -Value $Object -Allowed 'an object')
    }
    foreach ($property in $Object.PSObject.Properties) {
        if ($Allowed -cnotcontains $property.Name) {
            throw (New-PeerFailure -Code 'InvalidRequest' -Message ('{0}: unknown field {1}.' -f $Path, $property.Name) -Hint ('Allowed are: {0}.' -f ($Allowed -join ', ')))
        }
    }
}
